#!/bin/sh
# task-clock is the thread's CPU time within 2 %, and agrees with its own clock.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait spin=500 wait
context t task-clock
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 20 "the spin is over" waits "$pid" 2
put "$c/stop" 1
within 2 task-clock 500000000 "$(count task-clock)"
finish
