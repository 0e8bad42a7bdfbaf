#!/bin/sh
# notify_block: the thread stands at the very event that overflows, and runs on at restart.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context k
put "$c/ctx_flags" notify_block
put "$c/events" page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -53
put "$p/flags" ovfl_notify
workload wait faults=211 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
stands() { grep -q '^State:.t' "/proc/$pid/status"; }
# steady: nobody but the hold may touch it; its faults stand still.
go
until_true 5 "it stands" stands
eq "state" 'masked started' "$(cat "$c/state")"
before=$(awk '{ print $10 }' "/proc/$pid/stat")
runs_on() { [ "$(awk '{ print $10 }' "/proc/$pid/stat")" != "$before" ]; }
never "a page fault of a thread that stands" runs_on
eq "messages" 1 "$(wc -l <"$c/msgs")"
put "$c/restart" 1
until_true 5 "it stands at the next" stands
eq "53 faults later" $((before + 53)) "$(awk '{ print $10 }' "/proc/$pid/stat")"
put "$c/restart" 1
until_true 5 "it stands at the next" stands
eq "counted" 207 "$(count page-faults)"
put "$c/restart" 1
until_true 5 "all 211 are done" waits "$pid" 2
eq "every event was counted" 211 "$(count page-faults)"
eq "messages" 3 "$(wc -l <"$c/msgs")"
eq "times let go" 3 "$(cat "$MNT"/cpu/cpu*/handle_work_count | awk '{ n += $1 } END { print n }')"
put "$c/unload_context" 1
untraced() { grep -q '^TracerPid:.0$' "/proc/$pid/status"; }
until_true 5 "nobody traces it any more" untraced
