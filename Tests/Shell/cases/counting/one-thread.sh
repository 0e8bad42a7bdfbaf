#!/bin/sh
# A context counts one thread; the others of the process are not its business.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 thread=faults=211 wait
context t page-faults
put "$c/load_context" "tid $pid"
put "$c/start" 1
go
until_true 5 "both threads are done" waits "$pid" 2
put "$c/stop" 1
# Making a thread costs its maker some pages, not 211.
found=$(count page-faults)
at_least "page-faults" 23 "$found"
[ "$found" -lt 60 ] || fail "page-faults of another thread are in: $found"
finish
