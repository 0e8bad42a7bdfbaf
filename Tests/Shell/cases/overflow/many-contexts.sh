#!/bin/sh
# 200 contexts that overflow at once: each masked at its own event, none forgotten.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
pids=
many() {
    i=0
    while [ "$i" -lt 200 ]; do
        "$1"
        i=$((i + 1))
    done
}
begin() {
    "$TOOLS/workload" wait faults=101 wait &
    spawned="$spawned $!"
    pids="$pids $!"
}
many begin
all_wait() {
    for one in $pids; do waits "$one" "$1" || return 1; done
}
until_true 20 "all workloads wait" all_wait 1
i=0
for one in $pids; do
    c=$MNT/contexts/m$i
    mkdir "$c" || fail "mkdir"
    {
        echo page-faults >"$c/events" && echo -97 >"$c/sets/0/pmd0/value" &&
            echo ovfl_notify >"$c/sets/0/pmd0/flags" && echo "pid $one" >"$c/load_context" &&
            echo 1 >"$c/start"
    } || fail "context $i: $(cat "$c/last_cmd_status")"
    i=$((i + 1))
done
# shellcheck disable=SC2086 # a list
kill -USR1 $pids
until_true 20 "all are done" all_wait 2
masked() { [ "$(cat "$MNT"/contexts/m*/state | grep -c '^masked started$')" = 200 ]; }
until_true 5 "all are masked" masked
eq "values" '200 0' "$(cat "$MNT"/contexts/m*/sets/0/pmd0/value | sort | uniq -c | xargs)"
eq "counts" '200 97' "$(cat "$MNT"/contexts/m*/counters | awk '{ print $2 }' | sort | uniq -c | xargs)"
eq "messages" 200 "$(cat "$MNT"/contexts/m*/msgs | grep -c '^ovfl set=0 pmds=0 ')"
eq "threads" 200 "$(cat "$MNT"/contexts/m*/msgs | sed 's/.* tid=//; s/ .*//' | sort -u | wc -l)"
# shellcheck disable=SC2086 # a list
kill -KILL $pids
ended() { [ "$(cat "$MNT"/contexts/m*/msgs | grep -c '^end reason=exit$')" = 200 ]; }
until_true 10 "all have ended" ended
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
