#!/bin/sh
# The default format byte for byte: header and entries through the original structures.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler a page-faults 7 default buf_size=100000 buf_flags=0x5a
pmds=$(find "$MNT/pmu_desc" -maxdepth 1 -name 'pmd*' | wc -l)
min=$((40 + 8 * pmds))
eq "an empty header" "count=0 offs=128 overflows=0 size=100000 min=$min version=0x10000 flags=0x5a seen=0" \
    "$("$TOOLS/smplmap" pread "$c/smpl/buffer" 0 0)"
eq "the rest of it" 80 "$(dd if="$c/smpl/buffer" bs=1 skip=48 count=80 2>/dev/null | tr -d -c '\0' | wc -c)"
eq "size of the file" 102400 "$(stat -c %s "$c/smpl/buffer")"
eq buf_size 100000 "$(cat "$c/smpl/buf_size")"
workload wait faults=1009 wait
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
# 1009 = 144 * 7 + 1
"$TOOLS/smplmap" map "$c/smpl/buffer" 144 5000 >mapped || fail "$(head -n 3 mapped)"
like "the header" "count=144 offs=$((128 + 144 * 40)) overflows=0 size=100000 min=$min *" "$(head -n 1 mapped)"
sed 1d mapped >from-buffer
cmp from-buffer "$c/smpl/entries" || fail "entries and buffer differ"
eq "of this thread, with this reset value" 144 \
    "$(grep -c " pid=$pid tid=$pid cpu=[0-9]* ip=0x[0-9a-f]* set=0 pmd=0 last_reset=18446744073709551609\$" from-buffer)"
while read -r name value; do
    eq "$name" "$value" "$(key "$c/smpl/hdr" "$name")"
done <<END
hdr_count 144
hdr_cur_offs $((128 + 144 * 40))
hdr_overflows 0
hdr_buf_size 100000
hdr_min_buf_space $min
hdr_version 65536
hdr_buf_flags 90
END
eq page-faults 1009 "$(count page-faults)"
finish
