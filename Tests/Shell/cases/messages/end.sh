#!/bin/sh
# The end of the thread is one message, behind the overflows, also with ovfl_no_msg.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context g
put "$c/ctx_flags" ovfl_no_msg
put "$c/events" page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/flags" ovfl_notify
workload wait faults=211 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "211 are done" waits "$pid" 2
eq "masked" 'masked started' "$(cat "$c/state")"
eq "no message of the overflow" '' "$(cat "$c/msgs")"
finish
until_true 5 "unloaded" is_unloaded "$c"
eq "the end" 'end reason=exit' "$(cat "$c/msgs")"
eq "in binary" 'type=2 pid=0 tid=0 pmds=0 set=0 ip=0 rest=0' "$("$TOOLS/listen" "$c/msgq" message)"
eq "only one" EAGAIN "$("$TOOLS/listen" "$c/msgq" nonblock message)"
eq "value" 0 "$(cat "$p/value")"
eq "counted" 101 "$(count page-faults)"
refused EBUSY "$c/restart" 1 '*gone*'
eq "the pipe has ended" '' "$(timeout 5 cat "$c/msgs_pipe")"
# Another thread: the pipe lives again.
workload wait
put "$c/load_context" "pid $pid"
cat "$c/msgs_pipe" >heard &
reader=$!
spawned="$spawned $reader"
until_true 5 "the reader waits" has_begun "$reader"
finish
wait "$reader"
eq "heard" 'end reason=exit' "$(cat heard)"
