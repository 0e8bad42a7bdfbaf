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
# 200 lines in a second, so commands that come faster are left out, which is told later.
now() { read -r up _ </proc/uptime; echo "${up%.*}"; }
lines=$(wc -l <daemon.log) began=$(now)
hurry() {
    turn=0
    while [ "$turn" -lt 400 ]; do
        echo 1 >"$c/restart"
        turn=$((turn + 1))
    done
    logged 'lines before this one were dropped'
}
until_true 20 "what was left out is told" hurry
more=$(($(wc -l <daemon.log) - lines))
at_least "200 lines a second at most" "$more" $((200 * ($(now) - began + 2)))
put "$MNT/debug" 0
lines=$(wc -l <daemon.log)
put "$c/restart" 1
more_lines() { [ "$(wc -l <daemon.log)" != "$lines" ]; }
never "a line although nothing is traced" more_lines
