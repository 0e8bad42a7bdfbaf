#!/bin/sh
# Children are not counted, an exec goes on counting and overflowing.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context l page-faults
put "$c/sets/0/pmd0/value" -10007
put "$c/sets/0/pmd0/flags" ovfl_notify
# Of a fork the parent has some faults of its own (copy on write), the child's 20011 are not among them.
workload wait fork=faults=20011 wait exec "$TOOLS/workload" wait faults=20011 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "the child is done" waits "$pid" 2
eq "state" 'loaded started' "$(cat "$c/state")"
at_least "faults of the parent: 2000 at most" "$(count page-faults)" 2000
go
until_true 5 "it runs the new program" waits "$pid" 1
go
until_true 5 "20011 are done" waits "$pid" 2
eq "state" 'masked started' "$(cat "$c/state")"
eq "counted" 10007 "$(count page-faults)"
