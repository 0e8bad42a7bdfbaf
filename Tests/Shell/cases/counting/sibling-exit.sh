#!/bin/sh
# The end of another thread of the process ends nothing; the end of the leader's is its own.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload aside=tid wait wait faults=23 wait
context x page-faults
put "$c/load_context" "tid $pid"
put "$c/start" 1
has_threads 2 || fail "there is no other thread"
go_aside
until_true 5 "the other thread has ended" has_threads 1
go
until_true 5 "the first one runs on" waits "$pid" 2
eq state loaded "$(state "$c")"
before=$(count page-faults)
go
until_true 5 "23 are done" waits "$pid" 3
eq "page-faults of the last step" 23 $(($(count page-faults) - before))
finish
