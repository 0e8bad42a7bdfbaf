#!/bin/sh
# How a set is left is validated: one way only, a time-out in whole ticks, a successor that exists.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
set=$c/sets/0
eq "flags of a new set" none "$(cat "$set/set_flags")"
refused EINVAL "$set/set_flags" 'ovfl_switch time_switch' '*exclude*'
refused EINVAL "$set/set_flags" time_switch '*set_timeout*'
refused EINVAL "$set/set_flags" sideways '*sideways*'
tick=1000000
put "$set/set_timeout" 1
eq "1 ns is one tick" "$tick" "$(cat "$set/set_timeout")"
like "said so" "ok (*$tick*)" "$(cat "$c/last_cmd_status")"
for pair in 10ms:10000000 1500us:2000000 1s:1000000000 1000000:1000000 1000001:2000000; do
    put "$set/set_timeout" "${pair%:*}"
    eq "${pair%:*}" "${pair#*:}" "$(cat "$set/set_timeout")"
done
# What no multiple of the tick can hold is refused, not cut.
refused EINVAL "$set/set_timeout" 18446744073709551615 '*rounded up*'
refused EINVAL "$set/set_timeout" 18446744073709s '?*'
put "$set/set_flags" 'time_switch expl_next'
eq "flags" 'time_switch expl_next' "$(cat "$set/set_flags")"
refused EINVAL "$set/set_timeout" 0 '*time-out*'
refused EINVAL "$set/set_timeout" -1 '?*'
refused EINVAL "$set/set_id_next" 65536 '*65536*'
put "$set/set_id_next" 5
workload wait
refused EINVAL "$c/load_context" "pid $pid" '*set_id_next 5*'
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
put "$set/set_flags" time_switch
put "$c/load_context" "pid $pid"
eq "time left" 1000000000 "$(
    put "$c/unload_context" 1
    put "$set/set_timeout" 1s
    put "$c/load_context" "pid $pid"
    cat "$set/set_timeout_left"
)"
eq "time left without a time-out" 0 "$(
    put "$c/unload_context" 1
    put "$set/set_flags" none
    put "$c/load_context" "pid $pid"
    cat "$set/set_timeout_left"
)"
