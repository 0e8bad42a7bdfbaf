#!/bin/sh
# What was not counted is said: before the start, while masked. What was is exact.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context q 'page-faults page-faults'
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -100003
put "$p/flags" ovfl_notify
workload wait faults=53 wait faults=1009 wait faults=23 wait
put "$c/load_context" "pid $pid"
eq "loaded" 'not_counted quality=not_counted reason=not_started' \
    "$(awk 'NR == 2 { print $2, $3, $4 }' "$c/counters")"
put "$c/start" exec
eq "armed" 'not_counted quality=not_counted reason=not_started' \
    "$(awk 'NR == 2 { print $2, $3, $4 }' "$c/counters")"
put "$c/stop" 1
put "$c/start" 1
eq "started" '0 quality=exact' "$(awk 'NR == 2 { print $2, $3 }' "$c/counters")"
go
until_true 5 "53 are done" waits "$pid" 2
eq "counted" '53 quality=exact' "$(awk 'NR == 2 { print $2, $3 }' "$c/counters")"
go
until_true 5 "1009 more are done" waits "$pid" 3
eq "up to the overflow" '101 quality=partial reason=masked' \
    "$(awk 'NR == 2 { print $2, $3, $4 }' "$c/counters")"
put "$c/restart" 1
put "$c/sets/0/pmd1/value" 0
go
until_true 5 "23 more are done" waits "$pid" 4
eq "since the write" '23 quality=exact' "$(awk 'NR == 2 { print $2, $3 }' "$c/counters")"
eq "since the load" '124 quality=partial reason=masked' \
    "$(awk 'NR == 1 { print $2, $3, $4 }' "$c/counters")"
enabled=$(awk '/^pmd0/ { for (i = 1; i <= NF; i++) if ($i ~ /^enabled=/) print substr($i, 9) }' \
    "$c/sets/0/pmds")
running=$(awk '/^pmd0/ { for (i = 1; i <= NF; i++) if ($i ~ /^running=/) print substr($i, 9) }' \
    "$c/sets/0/pmds")
[ "$running" -lt "$enabled" ] || fail "running $running of $enabled ns, although masked meanwhile"
