#!/bin/sh
# strict=perfmon2: of a masked thread registers may be read and written without a stop, unload needs it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o strict=perfmon2
context t page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/long_reset" -23
put "$c/sets/0/pmd0/flags" ovfl_notify
workload wait faults=211 wait
eq "load" 'ok ok' "$("$TOOLS/trace" "$pid" "$c/load_context=pid $pid" "$c/start=1" | xargs)"
go
until_true 5 "211 are done" waits "$pid" 2
eq "state" 'masked started' "$(cat "$c/state")"
eq "value" 0 "$(cat "$c/sets/0/pmd0/value")"
put "$c/sets/0/pmd0/long_reset" -53
refused ESRCH "$c/unload_context" 1 '*not stopped*'
put "$c/stop" 1
put "$c/restart" 1
eq "state" loaded "$(cat "$c/state")"
attempt ESRCH read "$c/sets/0/pmd0/value"
rmdir "$c" || fail "a context can always be removed"
