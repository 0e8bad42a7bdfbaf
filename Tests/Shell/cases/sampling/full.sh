#!/bin/sh
# A full buffer: how many entries it takes, masking, notification, restart, and what is counted.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
pmds=$(find "$MNT/pmu_desc" -maxdepth 1 -name 'pmd*' | wc -l)
min=$((40 + 8 * pmds))
size=4001
fits=$(((size - 128 - min) / 40 + 1))
sampler a page-faults 1 default buf_size=$size
put "$c/sets/0/pmd0/flags" ovfl_notify
workload wait faults=1009 wait faults=23 wait
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
eq "state" masked "$(state "$c")"
eq "entries that fit" "$fits" "$(key "$c/smpl/hdr" hdr_count)"
eq "overflows" 1 "$(key "$c/smpl/hdr" hdr_overflows)"
like "the message" "ovfl set=0 pmds=0 *tid=$pid*" "$(cat "$c/msgs")"
eq "one message" 1 "$(wc -l <"$c/msgs")"
at_least "dropped while masked" 1 "$(cat "$c/smpl/dropped_when_masked")"
eq "every fault before the mask, or told of" 1 \
    "$(awk -v t="$(cat "$c/smpl/taken")" -v d="$(cat "$c/smpl/dropped_when_masked")" \
        'BEGIN { print t + d <= 1009 }')"
eq "full buffers of all CPUs" 1 "$(awk '$1 == "smpl_full_count" { n += $2 } END { print n }' "$MNT"/cpu/cpu*/stats)"
eq "dropped on all CPUs" "$(cat "$c/smpl/dropped_when_masked")" \
    "$(awk '$1 == "smpl_dropped_count" { n += $2 } END { print n }' "$MNT"/cpu/cpu*/stats)"
refused EINVAL "$c/start" 1 '*restart*'
put "$c/restart" 1
eq "state" loaded "$(state "$c")"
eq "entries after the restart" 0 "$(key "$c/smpl/hdr" hdr_count)"
eq "offset after the restart" 128 "$(key "$c/smpl/hdr" hdr_cur_offs)"
eq "overflows stay" 1 "$(key "$c/smpl/hdr" hdr_overflows)"
go
until_true 5 "more faults are done" waits "$pid" 3
eq "entries of the second pass" 23 "$(key "$c/smpl/hdr" hdr_count)"
# Not full: an early restart empties the buffer, and nothing else happens.
put "$c/restart" 1
eq "entries after an early restart" 0 "$(key "$c/smpl/hdr" hdr_count)"
eq "state" loaded "$(state "$c")"
finish
