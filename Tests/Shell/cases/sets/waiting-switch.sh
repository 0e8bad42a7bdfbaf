#!/bin/sh
# A notification comes before a switch: masked in the old set, the switch happens at restart.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
put "$c/events" 'set1: page-faults'
put "$c/sets/0/set_flags" ovfl_switch
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/short_reset" -11
put "$p/long_reset" -53
put "$p/ovfl_switch_cnt" 1
put "$p/flags" ovfl_notify
workload wait faults=211 wait faults=23 wait faults=7 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "211 are done" waits "$pid" 2
eq "state" 'masked started 0' "$(cat "$c/state" "$c/active_set" | xargs)"
like "the message" 'ovfl set=0 pmds=0 *' "$(cat "$c/msgs")"
put "$c/restart" 1
eq "state" 'loaded started 1' "$(cat "$c/state" "$c/active_set" | xargs)"
eq "runs" 1 "$(cat "$c/sets/1/set_runs")"
eq "the set that was left keeps its reset for later" 0 "$(cat "$p/value")"
go
until_true 5 "23 are done" waits "$pid" 3
eq "counted in the next set" 23 "$(cat "$c/sets/1/pmd0/value")"
put "$c/start" set=0
eq "back, with a long reset" 18446744073709551563 "$(cat "$p/value")"
go
until_true 5 "7 are done" waits "$pid" 4
eq "counted on from there" 18446744073709551570 "$(cat "$p/value")"
