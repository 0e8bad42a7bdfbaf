#!/bin/sh
# pfstat gives the command's own status and leaves its stdin and stdout alone.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# shellcheck disable=SC2086 # words
pfstat() {
    $CASE_SHELL "$ROOT/scripts/pfstat" -m "$MNT" "$@"
}
out=$(echo through | pfstat -e page-faults cat 2>err)
eq "stdin to stdout" through "$out"
grep -q ' page-faults' err || fail "no count on stderr: $(cat err)"
pfstat -e page-faults sh -c 'exit 23' 2>err
eq "exit status" 23 $?
pfstat -e page-faults "$TOOLS/workload" exit=101 2>err
eq "exit status" 101 $?
pfstat -e page-faults "$TOOLS/workload" signal=9 2>err
eq "killed by signal 9" 137 $?
pfstat -e page-faults "$TOOLS/workload" signal=15 2>err
eq "ended by signal 15" 143 $?
pfstat -e page-faults "$TOOLS/workload" signal=11 2>err
eq "ended by signal 11" 139 $?
grep -q page-faults err || fail "no counts after a signal: $(cat err)"
pfstat -e page-faults -- sh -c 'echo error >&2' 2>err
grep -q '^error$' err || fail "the command's stderr is lost"
pfstat -e page-faults /no/such/command 2>err
eq "no such command" 127 $?
: >plain
pfstat -e page-faults ./plain 2>err
eq "not executable" 126 $?
pfstat -e page-faults / 2>err
eq "a directory" 126 $?
pfstat -e page-faults no-such-command 2>err
eq "not in PATH" 127 $?
pfstat -e page-faults cd / 2>err
eq "a word of the shell" 127 $?
eq "what is not run is not counted" 'pfstat: cd: not found' "$(cat err)"
pfstat -e page-faults -e task-clock,context-switches true 2>err || fail "-e twice"
eq "events of both -e" 3 "$(grep -c -e page-faults -e task-clock -e context-switches err)"
pfstat true 2>err || fail "without -e"
for event in task-clock context-switches cpu-migrations page-faults; do
    grep -q " $event" err || fail "$event is not among the usual events"
done
grep -q 'seconds time elapsed' err || fail "no time"
eq "contexts left" 0 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 | wc -l)"
