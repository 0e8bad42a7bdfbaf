#!/bin/sh
# Each command in each state: what perfmon2 answered.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
refused EINVAL "$c/start" 1 '*unloaded*'
refused EINVAL "$c/stop" 1 '*unloaded*'
put "$c/unload_context" 1
workload wait
put "$c/load_context" "pid $pid"
eq "state" loaded "$(cat "$c/state")"
refused EBUSY "$c/load_context" "pid $pid" '*loaded*'
put "$c/stop" 1
put "$c/start" 1
like "state" 'loaded*started' "$(cat "$c/state")"
put "$c/start" 1
put "$c/stop" 1
eq "state" loaded "$(cat "$c/state")"
put "$c/start" 'set=0'
like "state" 'loaded*started' "$(cat "$c/state")"
refused EINVAL "$c/start" 'set=5' '*5*'
refused EINVAL "$c/start" nonsense '*nonsense*'
refused EINVAL "$c/start" 2 '?*'
refused EINVAL "$c/stop" 0 '?*'
like "state" 'loaded*started' "$(cat "$c/state")"

put "$c/unload_context" 1
eq "state" unloaded "$(cat "$c/state")"
put "$c/unload_context" 1
put "$c/load_context" "pid $pid"
rmdir "$c" || fail "rmdir of a loaded context"
eq "sessions after rmdir" 0 "$(cat "$MNT/task_sessions_count")"
