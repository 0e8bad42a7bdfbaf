#!/bin/sh
# ovfl_switch_cnt counts down at each overflow; those before the last mask, as without a switch.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
put "$c/events" 'set1: page-faults'
put "$c/sets/0/set_flags" ovfl_switch
p=$c/sets/0/pmd0
put "$p/value" -23
put "$p/long_reset" -11
put "$p/ovfl_switch_cnt" 3
workload wait faults=101 wait faults=101 wait faults=11 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "the first overflow" waits "$pid" 2
eq "masked, two left" 'masked started 2' "$(cat "$c/state" "$p/ovfl_switch_cnt" | xargs)"
put "$c/restart" 1
go
until_true 5 "the second overflow" waits "$pid" 3
eq "masked, one left" 'masked started 1' "$(cat "$c/state" "$p/ovfl_switch_cnt" | xargs)"
put "$c/restart" 1
go
until_true 5 "the third overflow" waits "$pid" 4
eq "the next set counts" 'loaded started 1' "$(cat "$c/state" "$c/active_set" | xargs)"
eq "messages" '' "$(cat "$c/msgs")"
