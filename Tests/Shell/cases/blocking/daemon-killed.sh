#!/bin/sh
# kill -9 of the daemon lets a held thread run on, unharmed.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context k
put "$c/ctx_flags" notify_block
put "$c/events" page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/flags" ovfl_notify
workload wait faults=997 wait faults=997 exit=5
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
stands() { grep -q '^State:.t' "/proc/$pid/status"; }
until_true 5 "it stands" stands
# Until monitoring is halted the next overflow would meet a thread that nobody traces any more.
masked() { grep -q '^masked' "$c/state"; }
until_true 5 "monitoring is masked" masked
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
until_true 5 "it runs on" waits "$pid" 2
eq "nobody traces it" 0 "$(awk '/^TracerPid/ { print $2 }' "/proc/$pid/status")"
finish
eq "status" 5 $?
