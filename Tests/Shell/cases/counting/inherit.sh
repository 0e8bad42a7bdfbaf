#!/bin/sh
# With inherit, what the thread starts is counted; without it, it is not.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
measure() {
    context "$1" page-faults
    put "$c/ctx_flags" "$1"
    workload wait faults=23 fork=faults=1009 thread=faults=211 wait
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
    go
    until_true 5 "the steps are done" waits "$pid" 2
    put "$c/stop" 1
    found=$(count page-faults)
    finish
}
measure none
at_least "without inherit" 23 "$found"
[ "$found" -lt 200 ] || fail "without inherit: $found"
measure inherit
at_least "with inherit" 1243 "$found"
[ "$found" -lt 1500 ] || fail "with inherit: $found"
