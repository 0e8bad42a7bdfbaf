#!/bin/sh
# A random reset makes the period longer by at most the mask, and the overflow comes where it says.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -101
put "$p/random_mask" 0xff
put "$p/flags" 'ovfl_notify random'
eq "flags" 'ovfl_notify random' "$(cat "$p/flags")"
workload wait faults=1009 wait faults=1009 wait faults=1009 wait faults=1009 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "the first are done" waits "$pid" 2
eq "a written value is not random" 101 "$(count page-faults)"
total=101
different=
for step in 3 4 5; do
    put "$c/restart" 1
    last=$(cat "$p/last_reset_val")
    length=$(awk -v v="$last" 'BEGIN { print substr("18446744073709551616", 17) - substr(v, 17) }')
    like "the upper digits of $last" '1844674407370955????' "$last"
    at_least "length of the period" 101 "$length"
    at_least "256 more at most" "$length" 356
    [ "$length" -eq 101 ] || different=yes
    go
    until_true 5 "more are done" waits "$pid" "$step"
    total=$((total + length))
    eq "counted up to the overflow" "$total" "$(count page-faults)"
done
[ "$different" ] || fail "three random periods are all the shortest"
