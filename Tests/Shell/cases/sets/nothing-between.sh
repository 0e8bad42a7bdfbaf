#!/bin/sh
# Sets that are switched by overflow: every fault is counted in one of them.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s 'page-faults page-faults'
put "$c/events" 'set1: minor-faults page-faults'
for id in 0 1; do
    set=$c/sets/$id
    put "$set/set_flags" ovfl_switch
    for file in value short_reset long_reset; do put "$set/pmd0/$file" -100; done
    put "$set/pmd0/ovfl_switch_cnt" 1
    put "$set/pmd1/value" 0
done
workload wait faults=4001 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 10 "the faults are done" waits "$pid" 2
put "$c/stop" 1
first=$(cat "$c/sets/0/pmd1/value")
second=$(cat "$c/sets/1/pmd1/value")
eq "all are counted ($first and $second)" 4001 "$((first + second))"
runs=$(($(cat "$c/sets/0/set_runs") + $(cat "$c/sets/1/set_runs")))
at_least "switches" 35 "$runs"
at_least "periods" "$runs" 41
