#!/bin/sh
# A masked context can be stopped and unloaded; values and messages stay, a load empties the queue.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context o page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -53
put "$p/flags" ovfl_notify
workload wait faults=211 wait faults=211 wait faults=211 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "211 are done" waits "$pid" 2
put "$c/stop" 1
eq "stopped while masked" masked "$(cat "$c/state")"
put "$c/restart" 1
eq "restarted, but not started" loaded "$(cat "$c/state")"
go
until_true 5 "211 more are done" waits "$pid" 3
eq "nothing was counted" 18446744073709551563 "$(cat "$p/value")"
put "$c/start" 1
go
until_true 5 "211 more are done" waits "$pid" 4
eq "state" 'masked started' "$(cat "$c/state")"
put "$c/unload_context" 1
eq "state" unloaded "$(cat "$c/state")"
eq "value" 0 "$(cat "$p/value")"
eq "messages" 2 "$(grep -c ovfl "$c/msgs")"
refused EBUSY "$c/restart" 1 '*unloaded*'
refused EINVAL "$c/stop" 1 '*unloaded*'
put "$c/unload_context" 1
put "$c/load_context" "pid $pid"
eq "messages after a load" '' "$(cat "$c/msgs")"
eq "overflowed after a load" none "$(cat "$c/sets/0/set_ovfl_pmds")"
eq "value after a load" 0 "$(cat "$p/value")"
