#!/bin/sh
# pfrecord on a running process, a thread and a CPU.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

need_command perf taskset
need_root
mount_pfmfs
pfrecord() { under_case_shell pfrecord "$@" 2>err; }
faults_in() { perf script -i "$1" -F comm,ip,sym 2>/dev/null | grep -c ' faults *$'; }
workload wait faults=1009 wait
# The command only says how long; it wakes the workload.
pfrecord -e page-faults -c 1 -p "$pid" -o a.data ./wake USR1 "$pid" 2 || fail "$(cat err)"
eq "samples of a process" 1009 "$(faults_in a.data)"
finish
# All threads of it, whichever ends first and whichever executes a program.
record_to_the_end() {
    pfrecord -e page-faults -c 1 -b 2M "$@" &
    recorder=$!
    until_true 5 "it is sampled" is_started
}
workload aside=faults=1009 wait leave
go
until_true 5 "the first thread is gone" leader_is_gone
record_to_the_end -p "$pid" -o b.data
go_aside
wait "$recorder" || fail "without its first thread: $(cat err)"
eq "samples without the first thread" 1009 "$(faults_in b.data)"
workload wait faults=101
record_to_the_end -t "$pid" -o d.data
go
wait "$recorder" || fail "until the end of the target: $(cat err)"
eq "samples of a thread" 101 "$(faults_in d.data)"
# Commands that do the same.
pfrecord -e page-faults -c 1 -o e.data "$TOOLS/workload" aside=faults=1009 poke leave || fail "$(cat err)"
eq "samples of a command without its first thread" 1010 "$(faults_in e.data)"
