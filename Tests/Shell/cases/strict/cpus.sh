#!/bin/sh
# strict=perfmon2: a CPU is monitored by who runs on it, and commands must come from there.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command taskset
[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
mount_pfmfs -o strict=perfmon2
context t
put "$c/ctx_flags" system_wide
put "$c/events" page-faults
from() {
    cpu=$1
    shift
    taskset -c "$cpu" "$TOOLS/attempt" "$@"
}
eq "load of another CPU" EINVAL "$(from 0 write "$c/load_context" 'cpu 1')"
like "the reason" '*CPU 1*CPU 0*' "$(cat "$c/last_cmd_status")"
eq "load of the own CPU" ok "$(from 1 write "$c/load_context" 'cpu 1')"
eq "loaded already" EBUSY "$(from 0 write "$c/load_context" 'cpu 0')"
for command in start stop restart unload_context; do
    eq "$command from another CPU" EBUSY "$(from 0 write "$c/$command" 1)"
    like "the reason" '*CPU 1*CPU 0*' "$(cat "$c/last_cmd_status")"
done
eq "a register from another CPU" EBUSY "$(from 0 read "$c/sets/0/pmd0/value")"
eq "getinfo from another CPU" EBUSY "$(from 0 read "$c/sets/0/set_runs")"
eq "start" ok "$(from 1 write "$c/start" 1)"
eq "a register" ok "$(from 1 read "$c/sets/0/pmd0/value")"
eq "stop" ok "$(from 1 write "$c/stop" 1)"
eq "unload" ok "$(from 1 write "$c/unload_context" 1)"
eq "unloaded: from anywhere" ok "$(from 0 write "$c/unload_context" 1)"
eq "sessions" 0 "$(cat "$MNT/sys_sessions_count")"
