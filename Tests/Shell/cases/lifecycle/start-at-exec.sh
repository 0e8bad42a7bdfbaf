#!/bin/sh
# start exec goes on in the middle of a distance, and the overflow comes where the value wraps.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_event syscalls:sys_enter_getppid
mount_pfmfs
context l syscalls:sys_enter_getppid
p=$c/sets/0/pmd0
put "$p/value" -23
put "$p/flags" ovfl_notify
workload wait getppid=7 wait getppid=5 exec "$TOOLS/workload" wait getppid=14 wait getppid=3 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "7 are done" waits "$pid" 2
put "$c/stop" 1
put "$c/start" exec
eq "armed" 'loaded armed' "$(cat "$c/state")"
go
until_true 5 "it executes" waits "$pid" 1
# The new program calls it once before its first step.
eq "counted before, and since the exec" 8 "$(count syscalls:sys_enter_getppid)"
eq "state" 'loaded started' "$(cat "$c/state")"
go
until_true 5 "14 more are done" waits "$pid" 2
eq "one before the overflow" 18446744073709551615 "$(cat "$p/value")"
eq "state" 'loaded started' "$(cat "$c/state")"
go
until_true 5 "3 more are done" waits "$pid" 3
eq "state" 'masked started' "$(cat "$c/state")"
eq "counted" 23 "$(count syscalls:sys_enter_getppid)"
