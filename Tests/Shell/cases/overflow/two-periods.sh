#!/bin/sh
# Two counters of one event with periods of their own: no masking takes an event from either.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context t 'page-faults page-faults'
for pair in 0:30 1:70; do
    p=$c/sets/0/pmd${pair%:*}
    for file in value short_reset long_reset; do put "$p/$file" "-${pair#*:}"; done
    put "$p/flags" ovfl_notify
done
workload wait faults=30 wait faults=30 wait faults=10 wait faults=20 wait faults=30 wait faults=20 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
step=1
for expected in 30:0 60:0 70:1 90:0 120:0 140:1; do
    step=$((step + 1))
    go
    until_true 5 "step $step is done" waits "$pid" "$step"
    eq "at ${expected%:*}" 'masked started' "$(cat "$c/state")"
    eq "overflowed at ${expected%:*}" "${expected#*:}" "$(cat "$c/sets/0/set_ovfl_pmds")"
    eq "counted at ${expected%:*}" "${expected%:*} ${expected%:*}" \
        "$(awk '{ print $2 }' "$c/counters" | xargs)"
    put "$c/restart" 1
done
