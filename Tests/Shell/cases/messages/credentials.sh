#!/bin/sh
# exec of a set-user-id program ends the session, and the message says why.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
# The directory of the case may not be searched by others.
dir=$(mktemp -d /tmp/pfmfs-case-XXXXXX) || fail "mktemp"
trap 'rm -rf "$dir"; cleanup' EXIT
chmod 755 "$dir"
cp "$TOOLS/workload" "$dir/plain"
cp "$TOOLS/workload" "$dir/setuid"
chmod 755 "$dir/plain"
chmod 4755 "$dir/setuid"
as_user 65534 "$dir/setuid" exit=0 || skip "set-user-id programs do not run here"
grep -q nosuid /proc/mounts && findmnt -no OPTIONS -T "$dir" 2>/dev/null | grep -q nosuid &&
    skip "/tmp is mounted nosuid"
spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
    "$dir/plain" wait faults=23 exec "$dir/setuid" faults=101 wait
until_true 5 "the workload waits" waits "$pid" 1
context g page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "it runs the other program" waits "$pid" 1
until_true 5 "unloaded" is_unloaded "$c"
eq "the reason" 'end reason=exec-credentials' "$(cat "$c/msgs")"
at_least "counted before" 23 "$(count page-faults)"
eq "the pipe has ended behind it" 'end reason=exec-credentials' "$(timeout 5 cat "$c/msgs_pipe")"
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
