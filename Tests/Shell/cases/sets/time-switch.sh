#!/bin/sh
# time_switch: sets take turns by the thread's own time, which stands still while it sleeps.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s task-clock
put "$c/events" 'set1: task-clock'
put "$c/events" 'set2: task-clock'
for id in 0 1 2; do
    put "$c/sets/$id/set_timeout" 20ms
    put "$c/sets/$id/set_flags" time_switch
done
workload wait sleep=200 wait spin=310 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "it has slept" waits "$pid" 2
eq "200 ms asleep: still in its first turn" '0 1' "$(cat "$c/active_set" "$c/sets/0/set_runs" | xargs)"
left=$(cat "$c/sets/0/set_timeout_left")
at_least "time left" 15000000 "$left"
go
until_true 5 "it has run" waits "$pid" 3
put "$c/stop" 1
runs=$(cat "$c"/sets/*/set_runs | awk '{ n += $1 } END { print n }')
# 310 ms are 15 turns and a half; a late switch makes a turn longer, never shorter.
at_least "turns" 10 "$runs"
at_least "16 turns at most" "$runs" 16
total=$(cat "$c"/sets/*/set_act_duration | awk '{ n += $1 } END { print n }')
clock=$(awk '{ n += $2 * substr($4, 9) / 100 } END { printf "%d", n }' "$c/counters")
within 5 "active time of all sets, by their clocks" "$clock" "$total"
at_least "active time" 300000000 "$total"
first=$(cat "$c/sets/0/set_act_duration")
turns=$(((runs + 2) / 3))
at_least "a turn is 20 ms at least" $(((turns - 1) * 20000000)) "$first"
eq "qualities" scaled "$(awk '{ print $3 }' "$c/counters" | sort -u | sed 's/quality=//')"
awk '{ if ($2 < 280000000 || $2 > 400000000) exit 1 }' "$c/counters" ||
    fail "scaled clocks are not near 310 ms: $(cat "$c/counters")"
# By time a stopped set does not go on.
eq "stopped" 'loaded' "$(cat "$c/state")"
at_least "time-outs in the statistics" 9 \
    "$(cat "$MNT"/cpu/cpu*/handle_timeout_count | awk '{ n += $1 } END { print n }')"
