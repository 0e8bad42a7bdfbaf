#!/bin/sh
# On a CPU the time-outs of sets pass in wall time.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s
put "$c/ctx_flags" system_wide
put "$c/events" cpu-clock
put "$c/events" 'set1: cpu-clock'
for id in 0 1; do
    put "$c/sets/$id/set_timeout" 20ms
    put "$c/sets/$id/set_flags" time_switch
done
put "$c/load_context" 'cpu 0'
put "$c/start" 1
turns() { cat "$c"/sets/*/set_runs | awk '{ n += $1 } END { print n }'; }
many_turns() { [ "$(turns)" -ge 20 ]; }
until_true 10 "20 turns" many_turns
put "$c/stop" 1
runs=$(turns)
total=$(cat "$c"/sets/*/set_act_duration | awk '{ n += $1 } END { print n }')
at_least "no turn is shorter than 20 ms" $(((runs - 1) * 20000000)) "$total"
