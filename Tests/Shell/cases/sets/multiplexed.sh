#!/bin/sh
# Eight sets of 10 ms that share a thread: their estimates against what really happened.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s
for id in 0 1 2 3 4 5 6 7; do
    put "$c/events" "set$id: page-faults task-clock"
    put "$c/sets/$id/set_timeout" 10ms
    put "$c/sets/$id/set_flags" time_switch
done
spawn "$TOOLS/workload" wait churn=1700 wait >faults
until_true 5 "the workload waits" waits "$pid" 1
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 20 "it has churned" waits "$pid" 2
eq "estimates, all scaled" 8 "$(grep -c '^page-faults .*quality=scaled' "$c/counters")"
error=$(awk -v t="$(cat faults)" '/^page-faults/ { e = ($2 - t) / t; n++; s += e < 0 ? -e : e }
    END { printf "%d", s / n * 10000 }' "$c/counters")
# 1 % on a quiet machine; a loaded one makes the load itself uneven.
at_least "mean error in hundredths of a percent: 500 at most, found $error" "$error" 500
runs=$(cat "$c"/sets/*/set_runs | awk '{ n += $1 } END { print n }')
at_least "turns" 100 "$runs"
