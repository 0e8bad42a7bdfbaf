#!/bin/sh
# ovfl_switch: after an overflow the next set takes its turn, with exact distances and short resets.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s
for id in 0 1 4; do
    put "$c/events" "set$id: page-faults"
    set=$c/sets/$id
    put "$set/set_flags" ovfl_switch
    put "$set/pmd0/value" -23
    put "$set/pmd0/short_reset" -11
    put "$set/pmd0/long_reset" -53
    put "$set/pmd0/ovfl_switch_cnt" 1
done
# Each step ends at a switch or before the next, so that no switch comes late for the next step.
workload wait faults=22 wait faults=1 wait faults=23 wait faults=22 wait faults=1 wait faults=10 \
    wait faults=1 wait faults=1 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
step=1
after() {
    step=$((step + 1))
    go
    until_true 5 "step $step is done" waits "$pid" "$step"
    eq "step $step: active set" "$1" "$(cat "$c/active_set")"
}
after 0
eq "one before the overflow" 18446744073709551615 "$(cat "$c/sets/0/pmd0/value")"
after 1
eq "the set that was left is not reset yet" 0 "$(cat "$c/sets/0/pmd0/value")"
eq "nor its countdown" 0 "$(cat "$c/sets/0/pmd0/ovfl_switch_cnt")"
after 4
after 4
after 0
eq "runs" '2 1 1' "$(cat "$c/sets/0/set_runs" "$c/sets/1/set_runs" "$c/sets/4/set_runs" | xargs)"
eq "reset on return, short" 18446744073709551605 "$(cat "$c/sets/0/pmd0/last_reset_val")"
eq "its countdown too" 1 "$(cat "$c/sets/0/pmd0/ovfl_switch_cnt")"
after 0
eq "goes on from there" 18446744073709551615 "$(cat "$c/sets/0/pmd0/value")"
after 1
after 1
eq "reset on return, short" 18446744073709551606 "$(cat "$c/sets/1/pmd0/value")"
eq "never masked, no message" 'loaded started' "$(cat "$c/state" "$c/msgs")"
at_least "switches in the statistics" 4 \
    "$(cat "$MNT"/cpu/cpu*/set_switch_count | awk '{ n += $1 } END { print n }')"
