#!/bin/sh
# -o mixed_sessions lets them live side by side.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs -o mixed_sessions
context thread page-faults
put "$c/load_context" "pid $$"
context cpu0 page-faults
put "$c/ctx_flags" system_wide
put "$c/load_context" 'cpu 0'
eq "task sessions" 1 "$(cat "$MNT/task_sessions_count")"
eq "sys sessions" 1 "$(cat "$MNT/sys_sessions_count")"
