#!/bin/sh
# A loop over msgs_pipe hears every overflow, restarts, and ends when the thread does.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context g page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -101
put "$p/flags" ovfl_notify
workload wait faults=211 wait faults=211 wait faults=211 wait
put "$c/load_context" "pid $pid"
# A reader in the background that waits before there is anything.
(
    while read -r kind rest; do
        echo "$kind $rest"
        [ "$kind" = end ] || echo 1 >"$c/restart"
    done <"$c/msgs_pipe"
) >heard &
reader=$!
spawned="$spawned $reader"
put "$c/start" 1
heard() { [ "$(grep -c "$1" heard)" = "$2" ]; }
go
until_true 10 "the first is done" waits "$pid" 2
until_true 5 "one is heard" heard ovfl 1
restarted() { [ "$(cat "$c/state")" = 'loaded started' ]; }
until_true 5 "restarted" restarted
go
until_true 5 "211 more are done" waits "$pid" 3
until_true 5 "two are heard" heard ovfl 2
until_true 5 "restarted" restarted
go
until_true 5 "211 more are done" waits "$pid" 4
until_true 5 "three are heard" heard ovfl 3
until_true 5 "restarted" restarted
eq "counted up to the third overflow" 303 "$(count page-faults)"
finish
wait "$reader"
eq "the loop's status" 0 $?
eq "heard" 'ovfl ovfl ovfl end' "$(cut -d' ' -f1 heard | xargs)"
eq "the last line" 'end reason=exit' "$(tail -n 1 heard)"
# A reader of a context that is removed sees the end of the file.
context h page-faults
cat "$c/msgs_pipe" >nothing &
spawned="$spawned $!"
reader=$!
until_true 5 "the reader waits" has_begun "$reader"
rmdir "$c" || fail "rmdir"
wait "$reader"
eq "status of a reader whose context went" 0 $?
eq "what it read" '' "$(cat nothing)"
