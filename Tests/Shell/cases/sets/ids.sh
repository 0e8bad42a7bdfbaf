#!/bin/sh
# Sets have ids from 0 to 65535 and are kept in order; set 0 stays; nothing changes while loaded.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
for id in 7 65535 1; do
    mkdir "$c/sets/$id" || fail "mkdir sets/$id: $(cat "$c/last_cmd_status")"
done
eq "in order" '0 1 7 65535' "$(find "$c/sets" -mindepth 1 -maxdepth 1 | sed 's|.*/||' | xargs)"
for wrong in 65536 -1 01 one 99999999999999999999; do
    attempt EINVAL mkdir "$c/sets/$wrong"
done
attempt EEXIST mkdir "$c/sets/7"
attempt EINVAL rmdir "$c/sets/0"
like "the reason" '*set 0*' "$(cat "$c/last_cmd_status")"
attempt ENOENT rmdir "$c/sets/2"
attempt ok rmdir "$c/sets/7"
attempt ENOENT stat "$c/sets/7/set_flags"
put "$c/events" 'set3: task-clock page-faults'
eq "made by events" 'task-clock page-faults' "$(cat "$c/sets/3/events")"
eq "all events" 'set0: page-faults;set3: task-clock page-faults' "$(paste -sd';' "$c/events")"
workload wait
refused EINVAL "$c/load_context" "pid $pid set=2" '*set 2*'
put "$c/load_context" "pid $pid set=3"
eq "active" 3 "$(cat "$c/active_set")"
eq "runs of the set loaded" 1 "$(cat "$c/sets/3/set_runs")"
eq "runs of another" 0 "$(cat "$c/sets/0/set_runs")"
eq "active time" 0 "$(cat "$c/sets/3/set_act_duration")"
attempt EBUSY mkdir "$c/sets/9"
attempt EBUSY rmdir "$c/sets/1"
refused EBUSY "$c/sets/1/set_flags" time_switch "*thread $pid*"
refused EBUSY "$c/sets/1/set_timeout" 10ms "*thread $pid*"
refused EBUSY "$c/sets/1/set_id_next" 3 "*thread $pid*"
refused EBUSY "$c/ctl" 'create_evtsets 9' '*unload_context*'
refused EBUSY "$c/ctl" 'delete_evtsets 1' '*unload_context*'
put "$c/unload_context" 1
attempt ok rmdir "$c/sets/3"
eq "active, after its removal" 0 "$(cat "$c/active_set")"
put "$c/ctl" 'create_evtsets 9 flags=time_switch,expl_next timeout=1500us id_next=0'
eq "by ctl" 'time_switch expl_next 2000000 0' \
    "$(cat "$c/sets/9/set_flags" "$c/sets/9/set_timeout" "$c/sets/9/set_id_next" | xargs)"
put "$c/ctl" 'delete_evtsets 9'
attempt ENOENT stat "$c/sets/9"
refused EINVAL "$c/ctl" 'delete_evtsets 0' '*set 0*'
refused EINVAL "$c/ctl" 'delete_evtsets 9' '*set 9*'
