#!/bin/sh
# Statistics count on the CPU where it happened; reset_stats and 0 in debug clear them.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command taskset
mount_pfmfs
cpu=$(($(nproc) - 1))
stats=$MNT/cpu/cpu$cpu
context s page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/long_reset" -101
put "$c/sets/0/pmd0/flags" ovfl_notify
spawn taskset -c "$cpu" "$TOOLS/workload" wait faults=211 wait faults=211 wait faults=211 wait
until_true 5 "the workload waits" waits "$pid" 1
put "$c/load_context" "pid $pid"
put "$c/start" 1
for turn in 2 3 4; do
    go
    until_true 5 "211 are done" waits "$pid" "$turn"
    eq "state" 'masked started' "$(cat "$c/state")"
    put "$c/restart" 1
done
eq "acted upon" 3 "$(cat "$stats/ovfl_intr_regular_count")"
eq "messages" 3 "$(cat "$stats/ovfl_notify_count")"
eq "restarts" 3 "$(cat "$stats/pfm_restart_count")"
eq "resets" 3 "$(cat "$stats/reset_pmds_count")"
at_least "nanoseconds" 1 "$(cat "$stats/ovfl_intr_ns")"
all=$(cat "$stats/ovfl_intr_all_count")
eq "all are regular, replayed or spurious" "$all" \
    $(($(cat "$stats/ovfl_intr_regular_count") + $(cat "$stats/ovfl_intr_replay_count") + \
        $(cat "$stats/ovfl_intr_spurious_count")))
for name in ovfl_intr_all_count ovfl_notify_count pfm_restart_count reset_pmds_count; do
    eq "stats has the same" "$(cat "$stats/$name")" "$(key "$stats/stats" "$name")"
done
cleared() {
    eq "$1" '0 0 0 0' \
        "$(cat "$stats/ovfl_intr_all_count" "$stats/ovfl_notify_count" "$stats/pfm_restart_count" \
            "$stats/ovfl_intr_ns" | xargs)"
}
put "$MNT/debug" 1
eq "1 in debug clears nothing" 3 "$(cat "$stats/ovfl_notify_count")"
put "$MNT/debug" 0
cleared "0 in debug"
put "$c/restart" 1
at_least "counting goes on" 1 "$(cat "$MNT"/cpu/cpu*/pfm_restart_count | awk '{ n += $1 } END { print n }')"
put "$MNT/reset_stats" anything
cleared "reset_stats"
eq "reads as" 0 "$(cat "$MNT/reset_stats")"
refused EINVAL "$MNT/debug" abc '?*'
put "$MNT/debug" 12junk
eq "as the kernel parsed it" 12 "$(cat "$MNT/debug")"
