#!/bin/sh
# One open file shows one snapshot per read at 0; a rest read later belongs to the same text.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context a page-faults
exec 3<"$MNT/task_sessions_count"
put "$c/load_context" "pid $$"
read -r first <&3
exec 3<&-
eq "a fresh open" 1 "$(cat "$MNT/task_sessions_count")"
case $first in 0 | 1) ;; *) fail "read '$first'" ;; esac
# 7-byte reads of a moving text must fit together.
put "$c/start" 1
number=0
while [ "$number" -lt 50 ]; do
    line=$(dd if="$c/counters" bs=7 2>/dev/null)
    like "counters in small pieces" 'page-faults [0-9]*[0-9] quality=exact*pmd=*' "$(echo "$line" | tr -s ' ')"
    number=$((number + 1))
done
