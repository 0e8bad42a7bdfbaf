#!/bin/sh
# Tracepoints, in a mount name space of its own where tracefs is there whatever the machine has: per
# thread and per CPU, as often as they happened, and what helps where a name is wrong.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
need_command unshare taskset
if [ -z "${OWN_MOUNTS-}" ]; then
    # shellcheck disable=SC2086 # words
    OWN_MOUNTS=yes exec "$UNSHARE" -m $CASE_SHELL "$0"
fi
[ -d /sys/kernel/tracing/events ] || mount -t tracefs nodev /sys/kernel/tracing ||
    skip "tracefs cannot be mounted"
mount_pfmfs
event=syscalls:sys_enter_getppid
[ -d /sys/kernel/tracing/events/syscalls ] || skip "the kernel has no tracepoints of system calls"
workload wait getppid=1009 wait
context t "$event $event:u task-clock"
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "the calls are done" waits "$pid" 2
eq "$event" 1009 "$(count $event)"
eq "$event:u" 1009 "$(count $event:u)"
# The register says the same, by number.
number=$(cat /sys/kernel/tracing/events/syscalls/sys_enter_getppid/id)
like "pmc0" "pmc0 value=0x*$(printf '%x' "$number") *" "$(head -n 1 "$c/sets/0/pmcs")"
grep -q " $(cat "$c/sets/0/pmc0")\$" "$MNT/events/tracepoint/$event" || fail "another encoding in events/"
grep -q "^tracepoint $event" "$MNT/info/available_events" || fail "$event is not listed"
rmdir "$c"

context w
refused ENOENT "$c/events" syscalls:sys_enter_getpidd '*syscalls:sys_enter_getpid*'
refused ENOENT "$c/events" sys_enter_getppid '*syscalls:sys_enter_getppid*'
refused ENOENT "$c/events" 'nothing:at_all' '*available_events*'
put "$c/ctx_flags" system_wide
put "$c/events" "$event"
put "$c/load_context" "cpu 0"
put "$c/start" 1
taskset -c 0 "$TOOLS/workload" getppid=1511
put "$c/stop" 1
at_least "$event on CPU 0" 1511 "$(count $event)"
[ "$(count $event)" -lt 3000 ] || fail "$event on CPU 0: $(count $event)"
