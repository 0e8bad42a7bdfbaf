#!/bin/sh
# kill -9 of the monitored program: unloaded, the count up to then kept.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=101 wait
context x page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "101 are done" waits "$pid" 2
kill -KILL "$pid"
wait "$pid" 2>/dev/null
until_true 2 "the context is unloaded" is_unloaded "$c"
eq "page-faults" 101 "$(count page-faults)"
