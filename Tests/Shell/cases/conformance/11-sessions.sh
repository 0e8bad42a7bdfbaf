#!/bin/sh
# Loading twice is EBUSY, a thread of another context EEXIST, no thread ESRCH, a foreign one EPERM.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
context one page-faults:u
put "$c/load_context" "pid $$"
refused EBUSY "$c/load_context" "pid $$" '*loaded*'
context two page-faults:u
refused EEXIST "$c/load_context" "pid $$" '*one*'
refused ESRCH "$c/load_context" 'pid 4194303' '*4194303*'
refused ESRCH "$c/load_context" 'pid 0' '?*'
workload wait
c=$MNT/contexts/three
as_user 65534 mkdir "$c" || fail "mkdir"
# shellcheck disable=SC2016 # for the inner shell
as_user 65534 sh -c 'echo page-faults:u >"$1/events"' sh "$c" || fail "events"
dir=$(mktemp -d /tmp/pfmfs-case-XXXXXX) || fail "mktemp"
trap 'rm -rf "$dir"; cleanup' EXIT
chmod 755 "$dir"
cp "$TOOLS/attempt" "$dir/"
eq "a thread of another user" EPERM \
    "$(as_user 65534 "$dir/attempt" write "$c/load_context" "pid $pid")"
like "the reason" "*thread $pid belongs to uid 0*" "$(cat "$c/last_cmd_status")"
eq "sessions" 1 "$(cat "$MNT/task_sessions_count")"
