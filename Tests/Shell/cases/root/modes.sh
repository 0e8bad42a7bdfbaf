#!/bin/sh
# Modes and owners of the root files.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
mode() {
    for file in $2; do
        eq "mode of $file" "$1" "$(stat -c %a "$MNT/$file")"
    done
}
mode 444 "version smpl_buffer_mem_cur sys_sessions_count task_sessions_count pmc_max_fast_arg"
mode 444 "pmd_max_fast_arg pmu_desc/model pmu_desc/counter_width README"
mode 644 "debug debug_ovfl reset_stats sys_group task_group smpl_buffer_mem_max arg_mem_max"
mode 666 clone
mode 444 "info/last_cmd_status info/available_events info/backends info/features info/limits"
mode 444 "info/conflicts cpu/cpu0/ovfl_intr_all_count cpu/cpu0/stats"
for directory in formats pmu_desc cpu cpu/cpu0 info events; do
    eq "mode of $directory" 755 "$(stat -c %a "$MNT/$directory")"
done
case $(stat -c %a "$MNT/contexts") in
    755 | 1777) ;;
    *) fail "mode of contexts: $(stat -c %a "$MNT/contexts")" ;;
esac
eq "owner" "$(id -u):$(id -g)" "$(stat -c %u:%g "$MNT/version")"
unmount_pfmfs
mount_pfmfs -o contexts_mode=1777
eq "contexts with contexts_mode=1777" 1777 "$(stat -c %a "$MNT/contexts")"
unmount_pfmfs
mount_pfmfs -o contexts_mode=0755
eq "contexts with contexts_mode=0755" 755 "$(stat -c %a "$MNT/contexts")"
