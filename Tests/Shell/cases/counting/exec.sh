#!/bin/sh
# Counting goes on over exec; start with the word exec begins there.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=1009 exec "$TOOLS/workload" faults=23 wait
context x page-faults
put "$c/load_context" "pid $pid"
put "$c/start" exec
go
new_program() { waits "$pid" 1 && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q 'workload faults=23 wait'; }
until_true 5 "the new program waits" new_program
found=$(count page-faults)
at_least "from exec on" 23 "$found"
[ "$found" -lt 1009 ] || fail "what came before exec was counted: $found"
finish
workload wait faults=1009 exec "$TOOLS/workload" faults=23 wait
context y page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "the new program waits" new_program
finish
until_true 2 "the context is unloaded" is_unloaded "$c"
at_least "over exec" 1032 "$(count page-faults)"
