#!/bin/sh
# A number written in a pid namespace is one of that namespace, and numbers are shown there so.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
need_command unshare
"$UNSHARE" --pid --fork --mount-proc true 2>/dev/null || skip "no pid namespace can be made here"
mount_pfmfs
context n page-faults
# inside COMMAND...: in a pid namespace of its own, where the shell is number 1.
inside() {
    "$UNSHARE" --pid --fork --mount-proc --kill-child "$CASE_SHELL_WORD" -c "$1" inside "$c" "$TOOLS"
}
CASE_SHELL_WORD=${CASE_SHELL%% *}
[ "$CASE_SHELL_WORD" != busybox ] || CASE_SHELL_WORD='sh'

# The first program of the namespace that takes a number is 2; outside that is another thread.
# shellcheck disable=SC2016 # for the shell inside
inside '
    c=$1 tools=$2
    "$tools/workload" wait faults=23 wait & pid=$!
    [ "$pid" -lt 20 ] || exit 11
    for turn in $(seq 250); do
        [ "$(cat /proc/$pid/comm)" != waiting1 ] || break
        sleep 0.02
    done
    echo "pid $pid" >"$c/load_context" || exit 12
    echo "tid $pid" >expected
    cat "$c/target" >found
    cat "$c/load_context" >found2
    echo 1 >"$c/start" || exit 13
    kill -USR1 $pid
    for turn in $(seq 250); do
        [ "$(cat /proc/$pid/comm)" != waiting2 ] || break
        sleep 0.02
    done
    cat "$c/counters" >counted
    echo 1 >"$c/unload_context" || exit 14
    kill -KILL $pid
    for number in 4000000 700 $((pid + 1000)); do
        found=$("$tools/attempt" write "$c/load_context" "pid $number")
        [ "$found" = ESRCH ] || exit 15
    done
    echo self >"$c/load_context" || exit 16
    cat "$c/target" >self
    echo 1 >"$c/unload_context"
' || fail "in the namespace: exit status $?; $(cat "$c/last_cmd_status")"
eq "target inside" "$(cat expected)" "$(cat found)"
eq "load_context inside" "$(cat expected)" "$(cat found2)"
eq "page-faults" 23 "$(awk '$1 == "page-faults" { print $2 }' counted)"
eq "self inside" "tid 1" "$(cat self)"

# A thread of the whole machine has no number inside.
put "$c/load_context" "pid $$"
eq "target outside" "tid $$" "$(cat "$c/target")"
# shellcheck disable=SC2016
inside 'cat "$1/target" >found'
eq "target that has no number inside" "tid 0" "$(cat found)"
