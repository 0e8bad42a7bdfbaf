#!/bin/sh
# A daemon that is stopped for seconds loses no event, no message and no state; who asked meanwhile
# is answered afterwards.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=101 wait faults=1009 wait
context s 'page-faults task-clock'
put "$c/ctl" 'write_pmds 0 pmd0 value=-101 long_reset=-23 flags=ovfl_notify'
put "$c/load_context" "pid $pid"
put "$c/start" 1
cat "$c/msgs_pipe" >messages &
reader=$!
kill -STOP "$daemon"
go
sleep 1
(echo stop >"$c/ctl" && echo yes >answered) &
writer=$!
mkdir "$MNT/contexts/meanwhile" &
maker=$!
sleep 0.5
[ ! -e answered ] || fail "a stopped daemon answered"
kill -CONT "$daemon"
until_true 5 "the target is done" waits "$pid" 2
wait "$writer" || fail "the write that waited failed"
wait "$maker" || fail "the mkdir that waited failed"
eq "state" "masked" "$(cat "$c/state")"
eq "counted" 101 "$(count page-faults)"
eq "the register" 0 "$(cat "$c/sets/0/pmd0/value")"
has_message() { grep -q '^ovfl set=0 pmds=0 ' messages; }
until_true 5 "the message comes" has_message
put "$c/restart" 1
eq "the register after a restart" 18446744073709551593 "$(cat "$c/sets/0/pmd0/value")"
[ -d "$MNT/contexts/meanwhile" ] || fail "what was made meanwhile is not there"
kill -KILL "$reader"
