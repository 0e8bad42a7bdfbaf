#!/bin/sh
# pfrecord samples a command with its threads and children; stdin, stdout and status are its own.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command perf
mount_pfmfs
# shellcheck disable=SC2086 # words
pfrecord() {
    $CASE_SHELL "$ROOT/scripts/pfrecord" -m "$MNT" "$@" 2>err
}
pfrecord -e page-faults -c 10 -o a.data -- "$TOOLS/workload" faults=1009 thread=faults=2003 fork=faults=3001 exit=7
eq "the status" 7 $?
samples=$(sed -n 's/^pfrecord: \([0-9]*\) samples in a.data$/\1/p' err)
at_least "samples ($(cat err))" 600 "$samples"
perf script -i a.data -F comm,pid,tid,period,event >script.txt 2>perf.err || fail "perf script: $(cat perf.err)"
eq "lines of perf script" "$samples" "$(wc -l <script.txt)"
eq "each with its period" "$samples" "$(grep -c ' 10 page-faults: *$' script.txt)"
eq "threads" "10? 20? 30?" "$(awk '{ print $2 }' script.txt | sort | uniq -c | sort -n |
    awk '{ printf("%s%d?", (NR > 1) ? " " : "", $1 / 10) }')"
perf report -i a.data --stdio >report.txt 2>perf.err || fail "perf report: $(cat perf.err)"
like "the report" '*workload *workload *[[].[]] faults*' "$(cat report.txt)"
# stdin and stdout are the command's.
eq "through a pipe" "in and out" "$(echo in and out | pfrecord -o b.data cat)"
pfrecord -o b.data sh -c 'kill -9 $$'
eq "the status of a killed command" 137 $?
# A buffer that is full again and again loses nothing that is not told of.
pfrecord -e page-faults -c 1 -b 8K -o c.data -- "$TOOLS/workload" faults=5003 || fail "$(cat err)"
eq "in the file" "$(sed -n 's/^pfrecord: \([0-9]*\) samples.*/\1/p' err)" \
    "$(perf script -i c.data 2>/dev/null | wc -l)"
eq "what is left" "" "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1)"
