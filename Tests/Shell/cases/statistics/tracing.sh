#!/bin/sh
# debug traces commands and debug_ovfl overflows in the log, so many lines a second at most.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/flags" ovfl_notify
logged() { grep -q "$1" daemon.log; }
logged 'thread .*start' && fail "traced without being asked"
workload wait faults=211 wait
put "$MNT/debug" 1
put "$MNT/debug_ovfl" 1
put "$c/load_context" "pid $pid"
put "$c/start" 1
until_true 2 "the command is in the log" logged "contexts/s/load_context \"pid $pid\": ok"
refused EINVAL "$c/restart" again '?*'
until_true 2 "the refusal is in the log" logged 'contexts/s/restart "again": again is not a command'
go
until_true 2 "the overflow is in the log" logged "context s: overflow of pmd 0 in set 0, thread $pid, CPU"
lines=$(wc -l <daemon.log)
turn=0
while [ "$turn" -lt 400 ]; do
    echo 1 >"$c/restart"
    turn=$((turn + 1))
done
sleep 1.1
put "$c/restart" 1
more=$(($(wc -l <daemon.log) - lines))
at_least "200 lines at most of 400 commands" "$more" 200
until_true 2 "what was left out is told" logged 'lines before this one were dropped'
put "$MNT/debug" 0
lines=$(wc -l <daemon.log)
put "$c/restart" 1
sleep 0.1
eq "no more lines" "$lines" "$(wc -l <daemon.log)"
