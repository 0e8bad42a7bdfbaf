#!/bin/sh
# load_context: pid, tid, self, a bare number, cpu; and what it answers to nonsense.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait
context l page-faults
load() {
    put "$c/load_context" "$1"
    eq "state after '$1'" loaded "$(state "$c")"
    like "target after '$1'" "$2" "$(cat "$c/target")"
    put "$c/unload_context" 1
    eq "state after unload" unloaded "$(state "$c")"
}
load "pid $pid" "*$pid*"
load "tid $pid" "*$pid*"
load "$pid" "*$pid*"
load "pid $pid set=0" "*$pid*"
# A builtin's thread is the shell itself.
echo self >"$c/load_context" || fail "self: $(cat "$c/last_cmd_status")"
like "target after self" "*$$*" "$(cat "$c/target")"
put "$c/unload_context" 1
refused EINVAL "$c/load_context" 'pid' '?*'
refused EINVAL "$c/load_context" 'pid one' '*one*'
refused EINVAL "$c/load_context" 'thread 5' '*thread*'
refused EINVAL "$c/load_context" "pid $pid set=9" '*9*'
refused EINVAL "$c/load_context" "pid $pid extra" '*extra*'
refused EINVAL "$c/load_context" '' '?*'
refused EINVAL "$c/load_context" 'cpus 0-1' '*each CPU*'
refused EINVAL "$c/load_context" 'cgroup /system.slice' '*cgroup.threads*'
refused ESRCH "$c/load_context" 'pid 4194300' '*4194300*'
refused EINVAL "$c/load_context" 'pid 99999999999999999999' '*99999999999999999999*'
refused EINVAL "$c/load_context" 'cpu 0' '*system_wide*'
put "$c/ctx_flags" system_wide
load 'cpu 0' '*0*'
load 0 '*0*'
refused EINVAL "$c/load_context" 'cpu 9999' '*9999*'
refused EINVAL "$c/load_context" self '?*'
eq "state" unloaded "$(state "$c")"
