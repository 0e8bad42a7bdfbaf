#!/bin/sh
# The root files of perfmon2: names, values and the final newline.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
eq version 2.5 "$(cat "$MNT/version")"
eq debug 0 "$(cat "$MNT/debug")"
eq debug_ovfl 0 "$(cat "$MNT/debug_ovfl")"
eq reset_stats 0 "$(cat "$MNT/reset_stats")"
eq sys_group -1 "$(cat "$MNT/sys_group")"
eq task_group -1 "$(cat "$MNT/task_group")"
eq smpl_buffer_mem_cur 0 "$(cat "$MNT/smpl_buffer_mem_cur")"
eq arg_mem_max 4096 "$(cat "$MNT/arg_mem_max")"
eq sys_sessions_count 0 "$(cat "$MNT/sys_sessions_count")"
eq task_sessions_count 0 "$(cat "$MNT/task_sessions_count")"
eq pmc_max_fast_arg 4 "$(cat "$MNT/pmc_max_fast_arg")"
eq pmd_max_fast_arg 4 "$(cat "$MNT/pmd_max_fast_arg")"
like smpl_buffer_mem_max '[0-9]*' "$(cat "$MNT/smpl_buffer_mem_max")"
for file in "$MNT"/* "$MNT"/info/* "$MNT"/pmu_desc/*; do
    if [ ! -f "$file" ] || [ "${file##*/}" = clone ]; then continue; fi
    [ -s "$file" ] || fail "$file has size 0"
    # The size is a bound, so the end is found by reading.
    # A file without any line is only right where there is nothing to list.
    [ "$(wc -c <"$file")" -eq 0 ] || eq "last byte of $file" 012 "$(cat "$file" | tail -c 1 | od -An -to1 | tr -d ' ')"
done
