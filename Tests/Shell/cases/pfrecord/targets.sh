#!/bin/sh
# pfrecord on a running process, a thread and a CPU.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command perf
need_root
mount_pfmfs
# shellcheck disable=SC2086 # words
pfrecord() {
    $CASE_SHELL "$ROOT/scripts/pfrecord" -m "$MNT" "$@" 2>err
}
workload wait faults=1009 naps=100
# The command only says how long; it wakes the workload.
pfrecord -e page-faults -c 1 -p "$pid" -o a.data sh -c "kill -USR1 $pid; sleep 0.5" || fail "$(cat err)"
eq "samples of a process" 1009 "$(perf script -i a.data -F comm,ip,sym 2>/dev/null | grep -c ' faults *$')"
workload wait faults=101
pfrecord -e page-faults -c 1 -t "$pid" -o b.data &
recorder=$!
loaded() { [ "$(cat "$MNT/task_sessions_count")" = 1 ]; }
until_true 5 "the thread is sampled" loaded
sleep 0.3
go
wait "$recorder" || fail "until the end of the target: $(cat err)"
at_least "samples of a thread" 101 "$(perf script -i b.data 2>/dev/null | wc -l)"
pfrecord -C 0 -o c.data sleep 0.2 || fail "a CPU: $(cat err)"
perf report -i c.data --stdio >report.txt 2>perf.err || fail "perf report: $(cat perf.err)"
like "a CPU" "*of event 'cpu-clock'*" "$(cat report.txt)"
