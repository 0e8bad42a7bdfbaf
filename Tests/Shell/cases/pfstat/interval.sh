#!/bin/sh
# pfstat -I prints what was counted since the last line, while the command runs.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# shellcheck disable=SC2086 # words
$CASE_SHELL "$ROOT/scripts/pfstat" -m "$MNT" -I 100 -e page-faults "$TOOLS/workload" \
    sleep=250 faults=1009 sleep=250 exit=3 2>err
eq "exit status" 3 $?
lines=$(grep -c ' page-faults' err)
at_least "intervals" 4 "$lines"
[ "$lines" -le 8 ] || fail "$lines intervals in half a second: $(cat err)"
sum=$(awk '$3 == "page-faults" { sum += $2 } END { print sum }' err)
at_least "sum of the intervals" 1009 "$sum"
[ "$sum" -lt 1300 ] || fail "sum of the intervals: $sum"
at_least "the interval with the faults" 1009 \
    "$(awk '$3 == "page-faults" && $2 > most { most = $2 } END { print most }' err)"
eq "contexts left" 0 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 | wc -l)"
