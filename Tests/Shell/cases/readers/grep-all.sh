#!/bin/sh
# A read of every file in the tree ends by itself, contexts and all.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context loaded 'page-faults task-clock'
put "$c/load_context" "pid $$"
put "$c/start" 1
context empty
grep -r . "$MNT" >everything 2>errors
# Write-only files, and registers that were never programmed, are all that cannot be read.
grep -v -e '/\(start\|stop\|restart\|ctl\|unload_context\): Permission denied' \
    -e '/value: Invalid argument' errors >others
eq "other errors" "" "$(cat others)"
grep -q 'contexts/loaded/counters:page-faults' everything || fail "counters are missing"
grep -q 'version:2.5' everything || fail "version is missing"
at_least "lines" 500 "$(wc -l <everything)"
eq "state" loaded "$(state "$MNT/contexts/loaded")"
answers || fail "does not answer any more"
eq "sessions" 1 "$(cat "$MNT/task_sessions_count")"
at_least "contexts after clone was read" 2 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 -type d | wc -l)"
eq "contexts" "empty loaded" "$(cd "$MNT/contexts" && echo *)"
