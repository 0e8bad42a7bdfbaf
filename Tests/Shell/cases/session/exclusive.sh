#!/bin/sh
# Per-thread and system-wide contexts exclude each other; the refusal names the holder.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs
context thread page-faults
put "$c/load_context" "pid $$"
eq "task sessions" 1 "$(cat "$MNT/task_sessions_count")"
eq "sys sessions" 0 "$(cat "$MNT/sys_sessions_count")"
context cpu0 page-faults
put "$c/ctx_flags" system_wide
refused EBUSY "$c/load_context" 'cpu 0' '*thread*mixed_sessions*'
eq "sys sessions" 0 "$(cat "$MNT/sys_sessions_count")"
put "$MNT/contexts/thread/unload_context" 1
eq "task sessions" 0 "$(cat "$MNT/task_sessions_count")"
put "$c/load_context" 'cpu 0'
eq "sys sessions" 1 "$(cat "$MNT/sys_sessions_count")"
refused EBUSY "$MNT/contexts/thread/load_context" "pid $$" '*cpu0*'
eq "task sessions" 0 "$(cat "$MNT/task_sessions_count")"
rmdir "$c"
eq "sys sessions" 0 "$(cat "$MNT/sys_sessions_count")"
put "$MNT/contexts/thread/load_context" "pid $$"
