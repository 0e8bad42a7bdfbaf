#!/bin/sh
# Overflows of tracepoints, breakpoints and faults come at exactly the event asked for.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
address=$("$TOOLS/workload" address)
try() {
    context "$1" "$2"
    put "$c/sets/0/pmd0/value" -101
    put "$c/sets/0/pmd0/flags" ovfl_notify
    workload wait "$3=97" wait "$3=97" wait
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
    go
    until_true 5 "97 are done" waits "$pid" 2
    eq "$2: state" 'loaded started' "$(cat "$c/state")"
    eq "$2: value" 18446744073709551612 "$(cat "$c/sets/0/pmd0/value")"
    go
    until_true 5 "97 more are done" waits "$pid" 3
    eq "$2: state" 'masked started' "$(cat "$c/state")"
    eq "$2: counted" 101 "$(count "$2")"
    finish
}
tried=0
for kind in 'faults minor-faults' 'store mem:'"$address"'/8:w' \
    'getppid syscalls:sys_enter_getppid'; do
    need_command perf
    perf stat -e "${kind#* }" true >/dev/null 2>&1 || continue
    tried=$((tried + 1))
    try "k$tried" "${kind#* }" "${kind%% *}"
done
at_least "kinds tried" 1 "$tried"
