#!/bin/sh
# A thread that blocks SIGTRAP is not held, overflows all the same, and survives.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
spawn "$TOOLS/workload" block=5 wait faults=211 wait unblock=5 faults=23 wait exit=5
until_true 5 "the workload waits" waits "$pid" 1
context k
put "$c/ctx_flags" notify_block
put "$c/events" page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/long_reset" -100003
put "$c/sets/0/pmd0/flags" ovfl_notify
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "211 are done" waits "$pid" 2
masked() { [ "$(state "$c")" = masked ]; }
until_true 5 "masked" masked
eq "counted" 101 "$(count page-faults)"
eq "messages" 1 "$(wc -l <"$c/msgs")"
put "$c/restart" 1
go
until_true 5 "23 more are done" waits "$pid" 3
eq "counted" 124 "$(count page-faults)"
put "$c/unload_context" 1
finish
eq "status" 5 $?
