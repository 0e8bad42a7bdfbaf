#!/bin/sh
# pfstat -p counts every thread of a process, whichever ends first and whichever executes a program,
# and shows each event as often as it was asked for.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

mount_pfmfs
# begin: pfstat -p of the workload, until its end. end: what it has found.
begin() {
    under_case_shell pfstat -e page-faults,page-faults -p "$pid" 2>err &
    counting=$!
    until_true 5 "it counts" is_started
}
end() {
    wait "$counting" || fail "pfstat: $(cat err)"
    wait "$pid"
    found=$(awk '$2 == "page-faults" { print $1 }' err | uniq -c | xargs)
    like "two lines of one count" '2 *' "$found"
    found=${found#2 }
}
# Those that are there, and those to come.
workload aside=faults=211 wait thread=faults=503
begin
go_aside
until_true 5 "the second thread is done" has_threads 1
go
end
at_least "page-faults of all threads" 714 "$found"
[ "$found" -lt 800 ] || fail "page-faults of all threads: $found"
workload aside=faults=1009 wait leave
go
until_true 5 "the first thread is gone" leader_is_gone
begin
go_aside
end
at_least "page-faults without the first thread" 1009 "$found"
[ "$found" -lt 1060 ] || fail "page-faults without the first thread: $found"
workload aside=again=faults=20011 wait
begin
go_aside
end
at_least "page-faults of what another thread executes" 20011 "$found"
[ "$found" -lt 20300 ] || fail "page-faults of what another thread executes: $found"
# Counted from its exec on, a program may do the same.
for steps in 'aside=faults=1009 poke leave' 'aside=again=faults=1009 poke wait'; do
    # shellcheck disable=SC2086 # words
    under_case_shell pfstat -e page-faults "$TOOLS/workload" $steps 2>err || fail "$steps: $(cat err)"
    at_least "page-faults of $steps" 1009 "$(awk '$2 == "page-faults" { print $1 }' err)"
done
