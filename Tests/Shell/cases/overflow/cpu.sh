#!/bin/sh
# A system-wide context overflows too, is masked, and counts on after restart.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o
put "$c/ctx_flags" system_wide
put "$c/events" page-faults
p=$c/sets/0/pmd0
put "$p/value" -1009
put "$p/long_reset" -499
put "$p/flags" ovfl_notify
put "$c/load_context" 'cpu 0'
put "$c/start" 1
is_masked() { [ "$(state "$c")" = masked ]; }
taskset -c 0 "$TOOLS/workload" faults=2003
until_true 5 "the CPU overflows" is_masked
eq "counted" 1009 "$(count page-faults)"
like "the message" 'ovfl set=0 pmds=0 pid=* tid=* cpu=0 ip=* time=*' "$(cat "$c/msgs")"
put "$c/restart" 1
taskset -c 0 "$TOOLS/workload" faults=2003
until_true 5 "it overflows again" is_masked
eq "counted" 1508 "$(count page-faults)"
eq "messages" 2 "$(wc -l <"$c/msgs")"
put "$c/unload_context" 1
eq "sessions" 0 "$(cat "$MNT/sys_sessions_count")"
