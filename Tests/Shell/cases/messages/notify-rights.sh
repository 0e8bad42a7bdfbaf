#!/bin/sh
# Who may have a thread signalled is decided as kill(2) would, for the client, at every signal.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
dir=$(mktemp -d /tmp/pfmfs-case-XXXXXX) || fail "mktemp"
trap 'rm -rf "$dir"; cleanup' EXIT
chmod 755 "$dir"
cp "$TOOLS/workload" "$TOOLS/attempt" "$dir/"
spawn sleep 60
roots=$pid
spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups sleep 60
theirs=$pid
spawn "$SETPRIV" --reuid 65533 --regid 65533 --clear-groups sleep 60
others=$pid
c=$MNT/contexts/u
as_user 65534 mkdir "$c" || fail "mkdir"
ask() { as_user 65534 "$dir/attempt" write "$c/notify" "$1"; }
eq "a thread of root" EPERM "$(ask "tid $roots signal USR1")"
like "the reason" "*$roots belongs to uid 0*" "$(cat "$c/last_cmd_status")"
eq "the daemon" EPERM "$(ask "tid $daemon signal TERM")"
eq "a thread of another user" EPERM "$(ask "tid $others signal USR1")"
eq "nobody was entered" none "$(cat "$c/notify")"
eq "an own thread" ok "$(ask "tid $theirs signal USR1")"
# Root may signal everybody.
put "$c/notify" "tid $others signal WINCH"
put "$c/notify" "tid $theirs signal WINCH"
