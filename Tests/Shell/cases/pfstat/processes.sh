#!/bin/sh
# pfstat -p counts every thread of a process, whichever ends first and whichever executes a program,
# and shows each event as often as it was asked for.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

mount_pfmfs
# count STEP...: pfstat -p of a workload until its end; `begun` is a condition that comes first.
begun=true
count() {
    workload "$@"
    go
    until_true 5 "the process is ready" $begun
    under_case_shell pfstat -e page-faults,page-faults -p "$pid" 2>err &
    counting=$!
    until_true 5 "it counts" is_started
    kill -USR2 "$pid"
    [ "$begun" = leader_is_gone ] || go
    wait "$counting" || fail "pfstat: $(cat err)"
    wait "$pid"
    found=$(awk '$2 == "page-faults" { print $1 }' err)
    eq "lines" 2 "$(echo "$found" | wc -l)"
    eq "the second line" "${found#*
}" "${found%
*}"
    found=${found%
*}
}
# Those that are there, and those to come.
count aside=faults=211 wait wait thread=faults=503
at_least "page-faults of all threads" 714 "$found"
[ "$found" -lt 800 ] || fail "page-faults of all threads: $found"
begun=leader_is_gone
count aside=faults=1009 wait leave
at_least "page-faults without the first thread" 1009 "$found"
[ "$found" -lt 1060 ] || fail "page-faults without the first thread: $found"
begun=true
count aside=again=faults=20011 wait wait wait
at_least "page-faults of what another thread executes" 20011 "$found"
[ "$found" -lt 20300 ] || fail "page-faults of what another thread executes: $found"
# Counted from its exec on, a program may do the same.
for steps in 'aside=faults=1009 poke leave' 'aside=again=faults=1009 poke wait'; do
    # shellcheck disable=SC2086 # words
    under_case_shell pfstat -e page-faults "$TOOLS/workload" $steps 2>err || fail "$steps: $(cat err)"
    at_least "page-faults of $steps" 1009 "$(awk '$2 == "page-faults" { print $1 }' err)"
done
