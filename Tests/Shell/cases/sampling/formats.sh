#!/bin/sh
# text keeps the newest lines and never masks; counts_by_ip keeps only a histogram.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler a page-faults 1 text buf_size=8K
workload wait faults=1009 wait faults=1009 wait
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
eq "state" loaded "$(state "$c")"
eq "lines" "$(key "$c/smpl/hdr" hdr_count)" "$(wc -l <"$c/smpl/entries")"
eq "lines ever" 1009 $(($(key "$c/smpl/hdr" hdr_count) + $(key "$c/smpl/hdr" hdr_overwritten)))
like "a line" "time=* pid=$pid tid=$pid cpu=* ip=0x* set=0 pmd=0 last_reset=18446744073709551615" \
    "$(tail -n 1 "$c/smpl/entries")"
[ ! -e "$c/smpl/perf.data" ] || fail "text has perf.data"
put "$c/unload_context" 1
put "$c/smpl_fmt" 'counts_by_ip buf_size=4K'
load_and_start
go
until_true 5 "more faults are done" waits "$pid" 3
eq "samples" 1009 "$(key "$c/smpl/hdr" hdr_samples)"
eq "missed" 0 "$(key "$c/smpl/hdr" hdr_missed)"
eq "in the histogram" 1009 "$(awk '{ split($1, n, "="); sum += n[2] } END { print sum }' "$c/smpl/entries")"
[ ! -e "$c/smpl/samples_pipe" ] || fail "counts_by_ip has samples_pipe"
like "folded" 'waiting*;faults 1009' "$(grep ';faults ' "$c/smpl/folded")"
finish
for format in counts_by_ip default stacks text; do
    eq "version of $format" 1.0 "$(cat "$MNT/formats/$format/version")"
    at_least "description of $format" 20 "$(wc -c <"$MNT/formats/$format/description")"
    like "arguments of $format" 'buf_size=BYTES default=*' "$(head -n 1 "$MNT/formats/$format/arguments")"
done
