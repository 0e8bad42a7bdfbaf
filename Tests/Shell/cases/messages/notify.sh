#!/bin/sh
# notify: a thread gets a signal at each message, in place of SIGIO.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context g page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -101
put "$p/flags" ovfl_notify
eq "nobody at first" none "$(cat "$c/notify")"
spawn "$TOOLS/listen" "$c/msgq" usr1 line usr1 line usr1 line >heard
listener=$pid
workload wait faults=997 wait faults=997 wait
put "$c/notify" "tid $listener signal USR1"
eq "shown" "tid $listener signal USR1" "$(cat "$c/notify")"
put "$c/notify" "$(cat "$c/notify")"
put "$c/notify" "tid $listener signal SIGUSR1"
put "$c/load_context" "pid $pid"
put "$c/start" 1
heard() { [ "$(wc -l <heard)" = "$1" ]; }
go
until_true 5 "a signal at the overflow" heard 1
put "$c/restart" 1
go
until_true 5 "a signal at the next" heard 2
finish
until_true 5 "a signal at the end" heard 3
# A number that means another thread by now, or nobody, gets none.
refused ESRCH "$c/notify" "tid $listener signal USR1" "*$listener*"
refused ESRCH "$c/notify" 'tid 4194303 signal USR1' '*4194303*'
refused EINVAL "$c/notify" 'tid 1 signal 65' '*65*'
refused EINVAL "$c/notify" 'tid 1 signal 0' '?*'
refused EINVAL "$c/notify" 'tid 1 signal NOISE' '*NOISE*'
refused EINVAL "$c/notify" 'pid 1 signal USR1' '?*'
refused EINVAL "$c/notify" 'tid 1' '?*'
put "$c/notify" none
eq "nobody any more" none "$(cat "$c/notify")"
# The shell itself.
context h page-faults
# shellcheck disable=SC2016 # for the inner shell
$CASE_SHELL -c '
    trap "echo signalled" USR1
    c=$1
    echo "self signal USR1" >"$c/notify" || exit 1
    echo -23 >"$c/sets/0/pmd0/value"
    echo ovfl_notify >"$c/sets/0/pmd0/flags"
    echo self >"$c/load_context" && echo 1 >"$c/start" || exit 1
    turn=0
    while [ $turn -lt 50 ]; do
        turn=$((turn + 1))
        (exit 0)
    done
    cat "$c/state"
' sh "$c" >said || fail "the shell: $(cat "$c/last_cmd_status")"
eq "a shell that monitors itself" "masked started
signalled" "$(sort said)"
