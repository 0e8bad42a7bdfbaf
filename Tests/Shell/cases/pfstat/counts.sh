#!/bin/sh
# pfstat counts the command from its exec on, with the processes that it starts.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# shellcheck disable=SC2086 # words
pfstat() {
    $CASE_SHELL "$ROOT/scripts/pfstat" -m "$MNT" "$@" 2>err
}
faults() {
    awk '$2 == "page-faults" { print $1 }' err
}
pfstat -e page-faults "$TOOLS/workload" || fail "pfstat: $(cat err)"
base=$(faults)
pfstat -e page-faults "$TOOLS/workload" faults=1009
within 3 "page-faults" $((base + 1009)) "$(faults)"
pfstat -e page-faults "$TOOLS/workload" fork=faults=5003 thread=faults=1009
at_least "with children and threads" 6012 "$(faults)"
[ "$(faults)" -lt $((6012 + 3 * base)) ] || fail "too many: $(faults), $base for nothing"
# A text without an interpreter line is executed by /bin/sh, not by pfstat's shell.
printf 'exit 9\n' >text
chmod +x text
pfstat -e page-faults ./text
eq "status of a text" 9 $?
at_least "page-faults of the shell that reads it" 10 "$(faults)"
# A name that the shell has a program for is executed nevertheless.
pfstat -e page-faults ls / >out || fail "ls: $(cat err)"
at_least "page-faults of ls" 10 "$(faults)"
pfstat -e page-faults,task-clock "$TOOLS/workload" spin=100
ms=$(awk '$3 == "task-clock" { print $1 }' err)
at_least "task-clock" 100 "${ms%.*}"
[ "${ms%.*}" -lt 130 ] || fail "task-clock: $ms"
