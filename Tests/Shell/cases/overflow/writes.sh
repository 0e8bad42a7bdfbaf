#!/bin/sh
# Writes while masked change the values only and reach the counter at restart; a written value is no
# longer counted as overflowed.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o 'page-faults page-faults'
set=$c/sets/0
put "$set/pmd0/value" -101
put "$set/pmd0/long_reset" -211
put "$set/pmd0/flags" ovfl_notify
put "$set/pmd1/value" 0
workload wait faults=997 wait faults=997 wait faults=997 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "997 are done" waits "$pid" 2
eq "overflowed" 0 "$(cat "$set/set_ovfl_pmds")"
put "$set/pmd1/value" -23
put "$set/pmd0/value" -5
eq "overflowed, after the write" none "$(cat "$set/set_ovfl_pmds")"
eq "state" 'masked started' "$(cat "$c/state")"
eq "pmd1 while masked" 18446744073709551593 "$(cat "$set/pmd1/value")"
# The reset that the overflow asked for still comes, at restart.
put "$c/restart" 1
eq "pmd0" 18446744073709551405 "$(cat "$set/pmd0/value")"
go
until_true 5 "997 more are done" waits "$pid" 3
eq "pmd1 overflowed first, silently" 'masked started' "$(cat "$c/state")"
eq "overflowed" 1 "$(cat "$set/set_ovfl_pmds")"
# The kernel serves the registers of one event one after the other.
like "pmd0 at that event" '1844674407370955142[78]' "$(cat "$set/pmd0/value")"
# A value written while counting counts from there.
put "$c/restart" 1
put "$set/pmd0/value" -31
go
until_true 5 "997 more are done" waits "$pid" 4
eq "overflowed" 0 "$(cat "$set/set_ovfl_pmds")"
eq "counted since the write" 31 "$(count page-faults)"
