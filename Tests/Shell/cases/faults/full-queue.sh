#!/bin/sh
# Nobody reads the messages: eight are kept, the next overflow waits masked, and reading sets
# everything going again.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait storm=1000000
context q page-faults
put "$c/ctl" 'write_pmds 0 pmd0 value=-7 long_reset=-7 flags=ovfl_notify'
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
is_masked() { [ "$(state "$c")" = masked ]; }
number=0
while [ "$number" -lt 12 ]; do
    until_true 5 "masked" is_masked
    put "$c/restart" 1
    number=$((number + 1))
done
until_true 5 "masked" is_masked
eq "messages" 8 "$(grep -c ^ovfl "$c/msgs")"
answers || fail "does not answer"
exec 3<"$c/msgs_pipe"
head -n 8 <&3 >taken
eq "messages that were read" 8 "$(grep -c ^ovfl taken)"
put "$c/restart" 1
read -r line <&3
like "the next message" 'ovfl set=0 pmds=0 *' "$line"
exec 3<&-
