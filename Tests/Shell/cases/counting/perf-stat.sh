#!/bin/sh
# The counts of one running program are those that perf stat takes of it at the same time; those of
# a whole program agree with perf stat of the next run.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_event page-faults task-clock context-switches
need_command setarch
mount_pfmfs
workload wait spin=700 faults=1009 naps=23 wait
context p 'task-clock page-faults context-switches'
put "$c/load_context" "pid $pid"
put "$c/start" 1
# perf says when it counts, and when no more.
mkfifo ask answer
perf stat -x, -o out -e task-clock,page-faults,context-switches -p "$pid" --control fifo:ask,answer \
    2>/dev/null &
perf=$!
spawned="$spawned $perf"
tell_perf() {
    echo "$1" >ask
    read -r said <answer
    like "perf's answer" 'ack*' "$said"
}
tell_perf ping
go
until_true 20 "the steps are done" waits "$pid" 2
put "$c/stop" 1
tell_perf disable
kill -INT "$perf"
wait "$perf" 2>/dev/null
theirs() {
    awk -F, -v name="$1" '$3 == name { print $1 }' out
}
eq "page-faults" "$(theirs page-faults)" "$(count page-faults)"
eq "page-faults" 1009 "$(count page-faults)"
within 2 "context-switches" "$(theirs context-switches)" "$(count context-switches)"
within 2 "task-clock" "$(theirs task-clock | awk '{ print $1 * 1000000 }')" "$(count task-clock)"
finish

# A whole program: its environment, which is in its memory, is not quite the same under both.
# shellcheck disable=SC2086 # words
setarch -R $CASE_SHELL "$ROOT/scripts/pfstat" -m "$MNT" -e page-faults,task-clock \
    "$TOOLS/workload" faults=1009 spin=700 2>err || fail "pfstat: $(cat err)"
setarch -R perf stat -x, -o out -e page-faults,task-clock "$TOOLS/workload" faults=1009 spin=700
within 0.5 "page-faults of a whole program" "$(theirs page-faults)" \
    "$(awk '$2 == "page-faults" { print $1 }' err)"
within 2 "task-clock of a whole program, ms" "$(theirs task-clock)" \
    "$(awk '$3 == "task-clock" { print $1 }' err)"
