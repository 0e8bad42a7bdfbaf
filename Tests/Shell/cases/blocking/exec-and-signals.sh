#!/bin/sh
# A thread that can be held takes signals and executes programs as ever, and is held in the new one.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
stands() { grep -q '^State:.t' "/proc/$pid/status"; }
begin() {
    context "$1"
    put "$c/ctx_flags" notify_block
    put "$c/events" page-faults
    put "$c/sets/0/pmd0/value" -10007
    put "$c/sets/0/pmd0/flags" ovfl_notify
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
}
workload wait exec "$TOOLS/workload" wait faults=20011 wait exit=5
begin exec
go
until_true 5 "it executes" waits "$pid" 1
go
until_true 5 "the new program stands" stands
eq "state" 'masked started' "$(cat "$c/state")"
eq "counted" 10007 "$(count page-faults)"
put "$c/restart" 1
until_true 5 "it runs on" waits "$pid" 2
finish
eq "status" 5 $?
eq "messages" 'ovfl end' "$(cut -d' ' -f1 "$c/msgs" | xargs)"
# Job control and a fatal signal, held or not.
workload wait faults=20011 wait
begin signals
kill -STOP "$pid"
stopped() { grep -q '^State:.[Tt]' "/proc/$pid/status"; }
until_true 5 "SIGSTOP stops it" stopped
kill -CONT "$pid"
until_true 5 "SIGCONT lets it run" waits "$pid" 1
go
until_true 5 "it stands" stands
kill -TERM "$pid"
runs() { ! stands; }
never "a signal gets a held thread to run" runs
put "$c/restart" 1
wait "$pid"
eq "ended by SIGTERM" 143 $?
until_true 5 "unloaded" is_unloaded "$c"
workload wait faults=20011 wait
begin kill
go
until_true 5 "it stands" stands
kill -KILL "$pid"
wait "$pid"
eq "ended by SIGKILL" 137 $?
until_true 5 "unloaded" is_unloaded "$c"
eq "messages" 'ovfl end' "$(cut -d' ' -f1 "$c/msgs" | xargs)"
