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
    "$UNSHARE" --pid --fork --mount-proc --kill-child \
        "$CASE_SHELL_WORD" -c "$(cat "$LIB/process.sh")
fail() { echo \"\$1\"; exit 10; }
c=$c TOOLS=$TOOLS
$1"
}
CASE_SHELL_WORD=${CASE_SHELL%% *}
[ "$CASE_SHELL_WORD" != busybox ] || CASE_SHELL_WORD='sh'

# The first program of the namespace that takes a number is 2; outside that is another thread.
# shellcheck disable=SC2016 # for the shell inside
inside '
    workload wait faults=23 wait
    [ "$pid" -lt 40 ] || exit 11
    echo "pid $pid" >"$c/load_context" || exit 12
    echo "tid $pid" >expected
    cat "$c/target" >found
    cat "$c/load_context" >found2
    echo 1 >"$c/start" || exit 13
    go
    until_true 5 "23 are done" waits "$pid" 2
    cat "$c/counters" >counted
    echo 1 >"$c/unload_context" || exit 14
    kill -KILL $pid
    for number in 4000000 700 $((pid + 1000)); do
        found=$("$TOOLS/attempt" write "$c/load_context" "pid $number")
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
inside 'cat "$c/target" >found'
eq "target that has no number inside" "tid 0" "$(cat found)"
