#!/bin/sh
# pfstat -p, -t and -C count what runs already.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

need_root
need_command taskset timeout
mount_pfmfs
pfstat() { under_case_shell pfstat "$@"; }
faults() {
    awk '$2 == "page-faults" { print $1 }' err
}
for option in -p -t; do
    workload wait faults=101 wait
    pfstat -e page-faults $option "$pid" ./wake USR1 "$pid" 2 2>err || fail "$option: $(cat err)"
    eq "page-faults by $option" 101 "$(faults)"
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
done
# Without a command: until the target ends.
workload wait faults=101
pfstat -e page-faults -p "$pid" 2>err &
counting=$!
until_true 5 "it counts" is_started
go
wait "$counting" || fail "-p without a command: $(cat err)"
at_least "page-faults to the end" 101 "$(faults)"
pfstat -e page-faults -C 0 taskset -c 0 "$TOOLS/workload" faults=1009 2>err || fail "-C: $(cat err)"
at_least "page-faults on CPU 0" 1009 "$(faults)"
pfstat -e page-faults -C 0 sh -c 'exit 23' 2>err
eq "exit status with -C" 23 $?
pfstat -e page-faults -p 4194300 true 2>err
eq "no such process" 125 $?
grep -q 4194300 err || fail "the reason does not name the process: $(cat err)"
eq "contexts left" 0 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 | wc -l)"
