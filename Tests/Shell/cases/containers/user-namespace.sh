#!/bin/sh
# Root of a user namespace has there the rights of the user that he is outside, and no more.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
need_command unshare
as_user 65534 "$UNSHARE" -Urm true 2>/dev/null || skip "users cannot make user namespaces here"
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
# There uid 0 is nobody outside, and so is the owner of what he makes.
inside() {
    as_user 65534 "$UNSHARE" -Urpf --kill-child --mount-proc "$@"
}
inside mkdir "$MNT/contexts/ns" || fail "mkdir inside"
c=$MNT/contexts/ns
eq "owner outside" 65534 "$(stat -c %u "$c")"
eq "owner inside" 0 "$(inside stat -c %u "$c")"
eq "controls" EACCES "$(inside "$TOOLS/attempt" write "$MNT/debug" 1)"
mkdir "$MNT/contexts/roots"
eq "root's context" EACCES "$(inside "$TOOLS/attempt" read "$MNT/contexts/roots/counters")"
eq "giving away to root" EINVAL "$(inside "$TOOLS/attempt" chown "$c" 65533 0)"
eq "events" ok "$(inside "$TOOLS/attempt" write "$c/events" page-faults)"
found=$(inside "$TOOLS/attempt" write "$c/load_context" self)
case $found in
    ok | EPERM | EACCES) ;;
    *) fail "self in kernel mode: $found" ;;
esac
[ "$(cat /proc/sys/kernel/perf_event_paranoid)" -lt 2 ] || [ "$found" != ok ] ||
    fail "capabilities of the namespace count"
eq "events" ok "$(inside "$TOOLS/attempt" write "$c/events" page-faults:u)"
# shellcheck disable=SC2016 # for the shell inside
inside sh -c 'echo self >"$1/load_context" && [ "$(cat "$1/target")" = "tid 1" ] &&
    echo 1 >"$1/unload_context"' sh "$c" || fail "self: $(cat "$c/last_cmd_status")"
eq "a number that is nobody's there" ESRCH "$(inside "$TOOLS/attempt" write "$c/load_context" "pid 9999")"
as_user 65534 rmdir "$c" || fail "rmdir outside"
