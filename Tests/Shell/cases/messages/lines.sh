#!/bin/sh
# Messages come in order, one line each, and each to one reader; msgs shows them without taking.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context g 'page-faults'
put "$c/events" 'page-faults minor-faults page-faults'
for number in 0 2; do
    put "$c/sets/0/pmd$number/value" -101
    put "$c/sets/0/pmd$number/long_reset" -100000
    put "$c/sets/0/pmd$number/flags" ovfl_notify
done
put "$c/sets/0/pmd0/long_reset" -23
workload wait faults=997 wait faults=997 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "997 are done" waits "$pid" 2
like "two registers at one event" "ovfl set=0 pmds=0,2 pid=$pid tid=$pid cpu=[0-9]* ip=0x[0-9a-f]* time=[0-9]*" \
    "$(cat "$c/msgs")"
put "$c/restart" 1
go
until_true 5 "997 more are done" waits "$pid" 3
kill -KILL "$pid"
ended() { [ "$(wc -l <"$c/msgs")" = 3 ]; }
until_true 5 "the end is told" ended
eq "in order" 'ovfl ovfl end' "$(cut -d' ' -f1 "$c/msgs" | xargs)"
eq "registers" 'pmds=0,2 pmds=0' "$(grep ovfl "$c/msgs" | cut -d' ' -f3 | xargs)"
eq "the end" 'end reason=exit' "$(tail -n 1 "$c/msgs")"
all=$(cat "$c/msgs")
eq "looking takes none" "$all" "$(cat "$c/msgs")"
# A reader that opens the file anew for each line misses nothing.
read -r one <"$c/msgs_pipe" || fail "read"
read -r two <"$c/msgs_pipe" || fail "read"
three=$(head -n 1 "$c/msgs_pipe")
eq "what three readers got" "$all" "$one
$two
$three"
eq "nothing is left" '' "$(cat "$c/msgs")"
eq "the pipe has ended" '' "$(cat "$c/msgs_pipe")"
