#!/bin/sh
# A running program's page faults, exactly: 23, then 101 more.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 wait faults=101 wait
context p page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
eq "before" 0 "$(count page-faults)"
go
until_true 5 "23 are done" waits "$pid" 2
eq "page-faults" 23 "$(count page-faults)"
like "the line" 'page-faults 23 quality=exact running=100.00 set=0 pmd=*' \
    "$(tr -s ' ' <"$c/counters")"
go
until_true 5 "101 more are done" waits "$pid" 3
eq "page-faults" 124 "$(count page-faults)"
finish
