#!/bin/sh
# A thread of the kernel cannot be monitored, one that does not exist or has ended neither.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context l page-faults
kernel=
for one in /proc/[0-9]*; do
    # PF_KTHREAD among the flags, behind the name.
    flags=$(sed 's/.*) //' "$one/stat" 2>/dev/null | cut -d' ' -f7)
    [ -n "$flags" ] && [ $((flags / 2097152 % 2)) = 1 ] && kernel=${one##*/} && break
done
[ "$kernel" ] || skip "no thread of the kernel can be seen here"
refused EPERM "$c/load_context" "pid $kernel" '*kernel*'
refused ESRCH "$c/load_context" 'pid 4194303' '*4194303*'
spawn sh -c 'exit 0'
wait "$pid"
refused ESRCH "$c/load_context" "pid $pid" "*$pid*"
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
