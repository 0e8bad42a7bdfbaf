#!/bin/sh
# A held thread runs on when the context is unloaded, removed, or its clone's owner is killed.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
stands() { grep -q '^State:.t' "/proc/$pid/status"; }
prepare() {
    put "$c/ctx_flags" notify_block
    put "$c/events" page-faults
    put "$c/sets/0/pmd0/value" -101
    put "$c/sets/0/pmd0/flags" ovfl_notify
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
    go
    until_true 5 "it stands" stands
}
context one
workload wait faults=211 wait exit=5
prepare
put "$c/unload_context" 1
until_true 5 "it runs on after unload" waits "$pid" 2
eq "counted up to the overflow" 101 "$(count page-faults)"
finish
eq "status" 5 $?
context two
workload wait faults=211 wait exit=7
prepare
rmdir "$c" || fail "rmdir"
until_true 5 "it runs on after rmdir" waits "$pid" 2
finish
eq "status" 7 $?
workload wait faults=211 wait exit=11
target=$pid
# shellcheck disable=SC2016,SC2086 # for the inner shell
spawn $CASE_SHELL -c 'exec 3<>"$1/clone"; read -r name <&3; echo "$name" >name; while :; do read -r _ <"$1/contexts/$name/msgs"; done' sh "$MNT"
owner=$pid
pid=$target
until_true 5 "the clone is there" test -s name
c=$MNT/contexts/$(cat name)
prepare
kill -KILL "$owner"
wait "$owner" 2>/dev/null
until_true 5 "it runs on after kill -9 of the owner" waits "$pid" 2
gone() { [ ! -e "$c" ]; }
until_true 5 "the context is gone" gone
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
finish
eq "status" 11 $?
