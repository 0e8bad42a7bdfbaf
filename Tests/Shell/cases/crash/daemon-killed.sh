#!/bin/sh
# kill -9 of the daemon: the monitored program goes on, clients get an error, the counters are freed.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 wait exit=5
context d 'page-faults task-clock'
put "$c/load_context" "pid $pid"
put "$c/start" 1
exec 3<"$c/counters"
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
cat <&3 >/dev/null 2>error && fail "a file of a dead daemon can be read"
exec 3<&-
gone() { ! is_mounted; }
until_true 5 "the mount is gone" gone
go
until_true 5 "the program goes on" waits "$pid" 2
finish
eq "its exit status" 5 $?
mount_pfmfs
context e page-faults
put "$c/load_context" "pid $$"
