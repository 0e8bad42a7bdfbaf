#!/bin/sh
# Hostile sizes: each is refused with the right errno and a sentence, and nothing changes.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context a page-faults
pmds=$(find "$MNT/pmu_desc" -maxdepth 1 -name 'pmd*' | wc -l)
least=$((128 + 40 + 8 * pmds))
for size in 0 1 127 128 167 168 $((least - 1)); do
    refused EINVAL "$c/smpl_fmt" "default buf_size=$size" "*buffer of $size bytes*$least*"
done
for size in junk 1X 0x -1 1.5M '' ' ' 99999999999999999999999; do
    refused EINVAL "$c/smpl_fmt" "default buf_size=$size"
done
for size in 9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551614; do
    refused ENOMEM "$c/smpl_fmt" "default buf_size=$size" '*have 0 bytes*asked for*smpl_buffer_mem_max is*'
done
refused ENOMEM "$c/smpl_fmt" 'default buf_size=1000000G'
refused EINVAL "$c/smpl_fmt" 'default' '*needs buf_size*'
refused EINVAL "$c/smpl_fmt" 'default buf_size=1M buf_size=1M' '*twice*'
refused EINVAL "$c/smpl_fmt" 'default size=1M' '*takes no size*buf_size*'
refused EINVAL "$c/smpl_fmt" 'default buf_size=1M buf_flags=4294967296' '*32 bits*'
refused EINVAL "$c/smpl_fmt" 'nosuch buf_size=1M' '*not a sampling format*default*'
refused EINVAL "$c/smpl_fmt" 'stacks depth=0'
refused EINVAL "$c/smpl_fmt" 'stacks depth=1025'
refused EINVAL "$c/smpl_fmt" 'stacks buf_size=200'
refused EINVAL "$c/smpl_fmt" 'text buf_size=1'
refused EINVAL "$c/smpl_fmt" 'counts_by_ip buf_size=159'
[ ! -e "$c/smpl" ] || fail "smpl is there without a format"
eq "memory" 0 "$(cat "$MNT/smpl_buffer_mem_cur")"
put "$c/smpl_fmt" "default buf_size=$least"
eq "smpl_fmt" "default buf_size=$least buf_flags=0" "$(cat "$c/smpl_fmt")"
eq "memory" 4096 "$(cat "$MNT/smpl_buffer_mem_cur")"
# What is read can be written back.
put "$c/smpl_fmt" "$(cat "$c/smpl_fmt")"
put "$c/smpl_fmt" none
eq "smpl_fmt" none "$(cat "$c/smpl_fmt")"
[ ! -e "$c/smpl" ] || fail "smpl is still there"
eq "memory" 0 "$(cat "$MNT/smpl_buffer_mem_cur")"
