#!/bin/sh
# kill -9 of a script takes its clone context away; the monitored program goes on.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 exit=5
# shellcheck disable=SC2086,SC2016 # words; for the inner shell
spawn $CASE_SHELL -c '
    exec 3<>"$1/clone"
    read -r name <&3
    d=$1/contexts/$name
    echo page-faults >"$d/events"
    echo "pid $2" >"$d/load_context"
    echo 1 >"$d/start"
    echo "$name" >name
    while :; do read -r _ <"$d/counters"; done' sh "$MNT" "$pid"
script=$pid
pid=${spawned# }
pid=${pid%% *}
until_true 5 "the script monitors" test -s name
c=$MNT/contexts/$(cat name)
like state 'loaded*' "$(cat "$c/state")"
kill -KILL "$script"
wait "$script" 2>/dev/null
gone() { [ ! -e "$c" ]; }
until_true 3 "the context is gone" gone
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
go
wait "$pid"
eq "status of the monitored program" 5 "$?"
