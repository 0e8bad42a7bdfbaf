#!/bin/sh
# An overflow that nobody asked to hear of masks all the same, without a message.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o 'page-faults page-faults'
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/long_reset" -53
workload wait faults=1009 wait faults=23 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "1009 are done" waits "$pid" 2
eq "state" 'masked started' "$(cat "$c/state")"
eq "messages" '' "$(cat "$c/msgs")"
eq "pmd0" 0 "$(cat "$c/sets/0/pmd0/value")"
eq "pmd1, at the same event" 101 "$(cat "$c/sets/0/pmd1/value")"
eq "overflowed" 0 "$(cat "$c/sets/0/set_ovfl_pmds")"
put "$c/restart" 1
eq "state" 'loaded started' "$(cat "$c/state")"
go
until_true 5 "23 are done" waits "$pid" 3
eq "pmd0, from its long reset" 18446744073709551586 "$(cat "$c/sets/0/pmd0/value")"
eq "pmd1, never reset" 124 "$(cat "$c/sets/0/pmd1/value")"
