#!/bin/sh
# Clients that die in the middle of anything leave nothing behind.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
number=0
while [ "$number" -lt 20 ]; do
    # shellcheck disable=SC2016 # for the inner shell
    sh -c 'exec 3<>"$1/clone"; read -r n <&3; echo page-faults >"$1/contexts/$n/events"
        echo self >"$1/contexts/$n/load_context"; echo 1 >"$1/contexts/$n/start"
        while :; do read -r _ <"$1/contexts/$n/counters"; done' sh "$MNT" &
    client=$!
    # At some moment.
    sleep 0.02
    kill -KILL "$client"
    wait "$client" 2>/dev/null
    number=$((number + 1))
done
empty() { [ -z "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1)" ]; }
until_true 3 "all contexts are gone" empty
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
# One disabled event of each kind stays for a minute, so that the next context opens quickly.
held=$(find "/proc/$daemon/fd" -lname '*perf_event*' 2>/dev/null | wc -l)
[ "$held" -le 2 ] || fail "$held descriptors of perf events are open"
