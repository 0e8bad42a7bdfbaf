#!/bin/sh
# cpu/cpuN: one directory per CPU, perfmon2's counters, and a snapshot that agrees with them.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
eq "CPUs" "$(find /sys/devices/system/cpu -maxdepth 1 -name 'cpu[0-9]*' | wc -l)" \
    "$(find "$MNT/cpu" -maxdepth 1 -name 'cpu[0-9]*' | wc -l)"
for name in ovfl_intr_all_count ovfl_intr_regular_count ovfl_intr_replay_count \
    ovfl_intr_spurious_count ovfl_intr_ns ovfl_intr_nmi_count fmt_handler_calls fmt_handler_ns \
    set_switch_count set_switch_ns ctxsw_count ctxsw_ns handle_timeout_count \
    handle_work_count ovfl_notify_count reset_pmds_count pfm_restart_count; do
    value=$(cat "$MNT/cpu/cpu0/$name")
    at_least "$name" 0 "$value"
    eq "$name in stats" "$value" "$(key "$MNT/cpu/cpu0/stats" "$name")"
done
attempt ENOENT stat "$MNT/cpu/cpu9999"
put "$MNT/reset_stats" anything
put "$MNT/reset_stats" 1
eq reset_stats 0 "$(cat "$MNT/reset_stats")"
