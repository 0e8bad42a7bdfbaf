#!/bin/sh
# pfstat -I prints what was counted since the last line, while the command runs; at least once.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

mount_pfmfs
lines() { grep -c ' page-faults' err; }
at_least_lines() { [ "$(lines)" -ge "$1" ]; }
under_case_shell pfstat -I 100 -e page-faults "$TOOLS/workload" pid wait faults=1009 wait exit=3 \
    >out 2>err &
counting=$!
until_true 10 "two intervals" at_least_lines 2
pid=$(cat out)
go
until_true 10 "the faults are done" waits "$pid" 2
before=$(lines)
until_true 10 "two more intervals" at_least_lines $((before + 2))
go
wait "$counting"
eq "exit status" 3 $?
sum=$(awk '$3 == "page-faults" { sum += $2 } END { print sum }' err)
at_least "sum of the intervals" 1009 "$sum"
[ "$sum" -lt 1300 ] || fail "sum of the intervals: $sum"
at_least "the interval with the faults" 1009 \
    "$(awk '$3 == "page-faults" && $2 > most { most = $2 } END { print most }' err)"
# The last one is as short as the command wants.
awk '$3 == "page-faults" { print $1 }' err | sed '$d' |
    awk '$1 - last < 0.09 { exit 1 } { last = $1 }' || fail "intervals below 100 ms: $(cat err)"
for _ in 1 2 3 4 5; do
    under_case_shell pfstat -I 1000 -e page-faults true 2>err
    eq "intervals of a short command" 1 "$(lines)"
done
eq "contexts left" 0 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 | wc -l)"
