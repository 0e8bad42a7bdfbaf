#!/bin/sh
# An overflow resets what its reset_pmds name, with the reset values of each.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o 'page-faults page-faults page-faults'
set=$c/sets/0
put "$set/pmd0/value" -101
put "$set/pmd0/long_reset" -53
put "$set/pmd0/flags" ovfl_notify
put "$set/pmd0/reset_pmds" 2
put "$set/pmd1/value" 7
put "$set/pmd1/long_reset" 1000
put "$set/pmd2/value" 5
put "$set/pmd2/long_reset" 2000
workload wait faults=211 wait faults=23 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "211 are done" waits "$pid" 2
eq "pmd1 at the overflow" 108 "$(cat "$set/pmd1/value")"
eq "pmd2 at the overflow, not reset yet" 106 "$(cat "$set/pmd2/value")"
put "$c/restart" 1
eq "pmd0" 18446744073709551563 "$(cat "$set/pmd0/value")"
eq "pmd1, named by nobody" 108 "$(cat "$set/pmd1/value")"
eq "pmd2, named" 2000 "$(cat "$set/pmd2/value")"
eq "its last reset" 2000 "$(cat "$set/pmd2/last_reset_val")"
go
until_true 5 "23 are done" waits "$pid" 3
eq "pmd1" 131 "$(cat "$set/pmd1/value")"
eq "pmd2" 2023 "$(cat "$set/pmd2/value")"
eq "counted by pmd2, whatever resets did" 124 \
    "$(awk '/pmd=2$/ { print $2 }' "$c/counters")"
