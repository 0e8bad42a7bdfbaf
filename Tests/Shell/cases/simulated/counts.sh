#!/bin/sh
# Counts follow the documented rates, by name and by raw register alike.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context s 'cycles instructions branches branch-misses'
eq "pmc1 for instructions" 0x5300c0 "$(cat "$c/sets/0/pmc1")"
# A fixed counter by its raw register: instructions in user and kernel mode.
put "$c/sets/0/pmc16" 0x3
put "$c/sets/0/pmd16/value" 0
put "$c/load_context" "pid $$"
put "$c/start" 1
"$TOOLS/workload" spin=100
put "$c/stop" 1
cycles=$(count cycles)
at_least cycles 1000000 "$cycles"
within 0.01 "instructions per cycle" $((cycles * 4 / 5)) "$(count instructions)"
within 0.01 "branches" $((cycles / 5)) "$(count branches)"
within 0.1 "branch-misses" $((cycles / 200)) "$(count branch-misses)"
eq "the fixed counter" "$(count instructions)" "$(cat "$c/sets/0/pmd16/value")"
eq "again, stopped" "$cycles" "$(count cycles)"
put "$c/unload_context" 1
put "$c/events" 'cycles:u cycles:k cycles'
put "$c/load_context" "pid $$"
put "$c/start" 1
"$TOOLS/workload" spin=50
put "$c/stop" 1
eq "user and kernel together" "$(count cycles)" $(($(count cycles:u) + $(count cycles:k)))
within 1 "share of user mode" $(($(count cycles) * 4 / 5)) "$(count cycles:u)"
