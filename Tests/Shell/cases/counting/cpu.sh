#!/bin/sh
# A system-wide context counts what runs on its CPU, whoever runs it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
need_command taskset
mount_pfmfs
context c0 page-faults
put "$c/ctx_flags" system_wide
put "$c/load_context" 'cpu 0'
eq "sys_sessions_count" 1 "$(cat "$MNT/sys_sessions_count")"
put "$c/start" 1
taskset -c 0 "$TOOLS/workload" faults=1009
put "$c/stop" 1
at_least "page-faults on CPU 0" 1009 "$(count page-faults)"
if [ "$(nproc)" -gt 1 ]; then
    put "$c/unload_context" 1
    put "$c/load_context" 'cpu 1'
    put "$c/start" 1
    taskset -c 0 "$TOOLS/workload" faults=50021
    put "$c/stop" 1
    found=$(count page-faults)
    [ "$found" -lt 50021 ] || fail "work on CPU 0 was counted on CPU 1: $found"
fi
