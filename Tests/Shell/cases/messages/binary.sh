#!/bin/sh
# msgq gives one struct pfarg_msg of 56 bytes for each read, the swapped pid and tid included.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
listen() { "$TOOLS/listen" "$c/msgq" "$@" | xargs; }
context g 'page-faults page-faults'
eq "too short, and empty" EINVAL "$(listen read=55)"
eq "too short, and not to wait" EINVAL "$(listen nonblock read=55)"
eq "empty, and not to wait" EAGAIN "$(listen nonblock read=56)"
eq "asked for nothing" 'nothing nothing nothing' "$(listen poll=0 select=0 epoll=0)"
put "$c/sets/0/pmd1/value" -23
put "$c/sets/0/pmd1/flags" ovfl_notify
workload aside=faults=211 wait
other_thread
put "$c/load_context" "tid $other"
put "$c/start" 1
# A C program that waits in poll(2), select(2), epoll_wait(2) or read(2) before there is anything.
"$TOOLS/listen" "$c/msgq" poll=5000 >polled &
first=$!
"$TOOLS/listen" "$c/msgq" select=5000 >selected &
second=$!
"$TOOLS/listen" "$c/msgq" edge=5000 >epolled &
third=$!
spawned="$spawned $first $second $third"
until_true 5 "all three wait" has_begun "$first" "$second" "$third"
go_aside
wait "$first"
wait "$second"
wait "$third"
eq "poll, select, epoll" 'in in in' "$(cat polled selected epolled | xargs)"
# The thread ends after its faults, and that is a message too.
ended() { [ "$(wc -l <"$c/msgs")" = 2 ]; }
until_true 5 "the end is told" ended
eq "too short" 'EINVAL in' "$(listen read=55 poll=0)"
eq "a message: the thread in msg_ovfl_pid, the process in msg_ovfl_tid" \
    "type=1 pid=$other tid=$pid pmds=2 set=0 ip=1 rest=0" "$(listen message)"
eq "more room than one message" 56 "$(listen read=4096)"
eq "all are taken" EAGAIN "$(listen nonblock message)"
eq "state" unloaded "$(cat "$c/state")"
# Parked in read(2) when the context goes.
context h
"$TOOLS/listen" "$c/msgq" message >parked &
first=$!
"$TOOLS/listen" "$c/msgq" poll=5000 message >polled &
second=$!
spawned="$spawned $first $second"
until_true 5 "both wait" has_begun "$first" "$second"
rmdir "$c" || fail "rmdir"
wait "$first"
wait "$second"
eq "a read of a context that was removed" ENODEV "$(cat parked)"
eq "a poll of a context that was removed" 'inhup ENODEV' "$(xargs <polled)"
