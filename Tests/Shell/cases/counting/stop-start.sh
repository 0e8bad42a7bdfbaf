#!/bin/sh
# Between stop and start nothing is counted; the count goes on, unload keeps it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 wait faults=1009 wait faults=101 wait
context p page-faults
put "$c/load_context" "pid $pid"
go
until_true 5 "the first step is done" waits "$pid" 2
eq "loaded, not started" not_counted "$(count page-faults)"
like "why" "*quality=not_counted reason=not_started*" "$(cat "$c/counters")"
put "$c/start" 1
put "$c/stop" 1
go
until_true 5 "the second step is done" waits "$pid" 3
eq "stopped" 0 "$(count page-faults)"
put "$c/start" 1
go
until_true 5 "the third step is done" waits "$pid" 4
put "$c/stop" 1
eq "started again" 101 "$(count page-faults)"
put "$c/unload_context" 1
eq "unloaded" 101 "$(count page-faults)"
finish
