#!/bin/sh
# When the thread ends the context is unloaded and its final counts stay.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23
context x page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
wait "$pid"
until_true 2 "the context is unloaded" is_unloaded "$c"
at_least "page-faults" 23 "$(count page-faults)"
[ "$(count page-faults)" -lt 40 ] || fail "page-faults: $(count page-faults)"
final=$(cat "$c/counters")
changes() { [ "$(cat "$c/counters")" != "$final" ]; }
never "counters change after the end" changes
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
refused EINVAL "$c/start" 1 '*unloaded*'
refused ESRCH "$c/load_context" "pid $pid" "*$pid*"
# It can be used again.
workload wait faults=101
put "$c/load_context" "pid $pid"
put "$c/start" 1
eq state loaded "$(state "$c")"
finish
