#!/bin/sh
# A second context on one thread is EEXIST and names the first.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait
context first page-faults
put "$c/load_context" "pid $pid"
context second task-clock
refused EEXIST "$c/load_context" "pid $pid" '*first*'
eq state unloaded "$(state "$c")"
eq "task sessions" 1 "$(cat "$MNT/task_sessions_count")"
put "$c/load_context" "pid $$"
eq "task sessions" 2 "$(cat "$MNT/task_sessions_count")"
rmdir "$MNT/contexts/first"
put "$c/unload_context" 1
put "$c/load_context" "pid $pid"
