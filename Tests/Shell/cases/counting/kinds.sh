#!/bin/sh
# Every kind of event that needs no hardware: exact numbers.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
"$TOOLS/workload" address >where
workload wait getppid=23 store=101 faults=47 naps=29 wait
context k
# kind NAME LEAST MOST
kinds=
kind() {
    kinds="$kinds $1"
    put "$c/events" "${kinds# }"
}
kind page-faults
kind context-switches
kind task-clock
if [ -d /sys/kernel/tracing/events/syscalls ] || [ -d /sys/kernel/debug/tracing/events ]; then
    kind syscalls:sys_enter_getppid
fi
breakpoint=mem:0x$(printf '%x' "$(cat where)"):w
[ ! -d /sys/bus/event_source/devices/breakpoint ] || kind "$breakpoint"
[ ! -d /sys/bus/event_source/devices/msr ] || kind msr/tsc/
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "the steps are done" waits "$pid" 2
put "$c/stop" 1
value() {
    awk -v n="$1" '$0 ~ "pmd=" n "$" { print $2 }' "$c/counters"
}
cat "$c/counters"
eq "page-faults" 47 "$(count page-faults)"
at_least "context-switches" 29 "$(count context-switches)"
at_least "task-clock in ns" 10000 "$(count task-clock)"
case $kinds in *getppid*) eq "getppid" 23 "$(count syscalls:sys_enter_getppid)" ;; esac
case $kinds in *mem:*) eq "stores" 101 "$(count "$breakpoint")" ;; esac
case $kinds in *tsc*) at_least "msr/tsc" 100000 "$(count msr/tsc/)" ;; esac
grep -v 'quality=exact' "$c/counters" && fail "not exact"
finish
