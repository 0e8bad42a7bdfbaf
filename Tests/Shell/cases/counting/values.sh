#!/bin/sh
# pmdN/value is what was written plus what was counted; counters is what was counted.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 wait
context v page-faults
n=$(awk '{ sub(/.*pmd=/, ""); print; exit }' "$c/counters")
put "$c/sets/0/pmd$n/value" 1000
eq "value" 1000 "$(cat "$c/sets/0/pmd$n/value")"
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "23 are done" waits "$pid" 2
put "$c/stop" 1
eq "value" 1023 "$(cat "$c/sets/0/pmd$n/value")"
like "pmds" "*pmd$n value=1023*event=page-faults*" "$(cat "$c/sets/0/pmds")"
put "$c/sets/0/pmd$n/value" -1
eq "value" 18446744073709551615 "$(cat "$c/sets/0/pmd$n/value")"
put "$c/sets/0/pmd$n/value" 18446744073709551615
put "$c/sets/0/pmd$n/value" 0
eq "value" 0 "$(cat "$c/sets/0/pmd$n/value")"
refused EINVAL "$c/sets/0/pmd$n/value" 18446744073709551616 '*18446744073709551616*'
refused EINVAL "$c/sets/0/pmd$n/value" many '*many*'
finish
