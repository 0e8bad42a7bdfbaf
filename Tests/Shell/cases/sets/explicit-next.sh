#!/bin/sh
# expl_next: the successor is set_id_next; a set outside the chain runs only when it is asked for.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated,simulated_clock=manual
context s cycles
for id in 1 2 3; do
    put "$c/events" "set$id: cycles"
done
for id in 0 1 2 3; do
    put "$c/sets/$id/set_timeout" 2ms
    put "$c/sets/$id/set_flags" time_switch
done
put "$c/sets/0/set_id_next" 2
put "$c/sets/0/set_flags" 'time_switch expl_next'
put "$c/sets/3/set_id_next" 0
put "$c/sets/3/set_flags" 'time_switch expl_next'
put "$c/load_context" 'pid 4242'
put "$c/start" 1
path=
for _ in 1 2 3 4 5 6 7; do
    path="$path $(cat "$c/active_set")"
    put "$MNT/simulated/clock" +2ms
done
eq "path" ' 0 2 3 0 2 3 0' "$path"
runs() { cat "$c"/sets/*/set_runs | xargs; }
eq "runs" '3 0 3 2' "$(runs)"
eq "cycles of the set that never ran" not_counted "$(awk '/set=1 / { print $2 }' "$c/counters")"
put "$c/start" set=1
eq "asked for" 1 "$(cat "$c/active_set")"
put "$MNT/simulated/clock" +1ms
eq "time left" 1000000 "$(cat "$c/sets/1/set_timeout_left")"
put "$c/stop" 1
put "$MNT/simulated/clock" +5ms
eq "time left while stopped" 1000000 "$(cat "$c/sets/1/set_timeout_left")"
put "$c/start" 1
put "$MNT/simulated/clock" +1ms
eq "and goes on" 2 "$(cat "$c/active_set")"
eq "runs" '3 1 4 2' "$(runs)"
refused EINVAL "$c/start" set=9 '*set 9*'
