#!/bin/sh
# One thread of a program is held while the others run.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload aside=faults=997 faults=1 wait naps=200 faults=499 wait
other_thread
context k
put "$c/ctx_flags" notify_block
put "$c/events" page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/long_reset" -101
put "$c/sets/0/pmd0/flags" ovfl_notify
put "$c/load_context" "tid $other"
put "$c/start" 1
go_aside
stands() { grep -q '^State:.t' "/proc/$pid/task/$other/status" 2>/dev/null; }
until_true 5 "the second thread stands" stands
like "the message" "ovfl set=0 pmds=0 pid=$pid tid=$other *" "$(cat "$c/msgs")"
go
until_true 5 "the first thread runs to its end meanwhile" waits "$pid" 2
stands || fail "the second thread ran on"
eq "counted" 101 "$(count page-faults)"
# 997 faults: nine overflows. Restarting until the thread is gone lets every one happen.
has_ended() {
    [ "$(state "$c")" != masked ] || echo 1 2>/dev/null >"$c/restart"
    is_unloaded "$c"
}
until_true 10 "the thread ends" has_ended
at_least "counted" 997 "$(count page-faults)"
at_least "restarts" 9 "$(cat "$MNT"/cpu/cpu*/pfm_restart_count | awk '{ n += $1 } END { print n }')"
finish
eq "the program's status" 0 $?
