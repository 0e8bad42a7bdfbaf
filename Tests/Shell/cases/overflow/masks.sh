#!/bin/sh
# A notified overflow masks at exactly the event asked for; restart counts on from long_reset.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -53
put "$p/short_reset" -7
put "$p/flags" ovfl_notify
workload wait faults=1009 wait faults=52 wait faults=499 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "1009 are done" waits "$pid" 2
eq "state" 'masked started' "$(cat "$c/state")"
eq "value at the overflow" 0 "$(cat "$p/value")"
eq "counted" 101 "$(count page-faults)"
eq "overflowed" 0 "$(cat "$c/sets/0/set_ovfl_pmds")"
like "the message" "ovfl set=0 pmds=0 pid=$pid tid=$pid cpu=* ip=0x?* time=?*" "$(cat "$c/msgs")"
refused EINVAL "$c/start" 1 '*masked*restart*'
put "$c/restart" 1
eq "state" 'loaded started' "$(cat "$c/state")"
eq "value after restart" 18446744073709551563 "$(cat "$p/value")"
eq "last_reset_val" 18446744073709551563 "$(cat "$p/last_reset_val")"
go
until_true 5 "52 are done" waits "$pid" 3
eq "one before the overflow" 18446744073709551615 "$(cat "$p/value")"
eq "state" 'loaded started' "$(cat "$c/state")"
go
until_true 5 "499 are done" waits "$pid" 4
eq "state" 'masked started' "$(cat "$c/state")"
eq "counted" 154 "$(count page-faults)"
eq "messages" 2 "$(grep -c '^ovfl set=0 pmds=0 ' "$c/msgs")"
