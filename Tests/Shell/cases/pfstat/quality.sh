#!/bin/sh
# A count that cannot be trusted is shown with the reason, and what was not counted is not 0.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

files_of_a_context \
    'page-faults not_counted reason=exec-credentials set=0 pmd=0' \
    'minor-faults 120 quality=partial reason=exec-credentials running=100.00 set=0 pmd=1' \
    'task-clock 12345678 quality=scaled running=50.00 set=0 pmd=2' \
    'cycles 99 quality=exact running=100.00 set=0 pmd=3' \
    'branches not_counted quality=not_counted running=0.00 reason=not_started set=0 pmd=4'
# shellcheck disable=SC2086 # a shell with its argument
pfstat() { $CASE_SHELL "$ROOT/scripts/pfstat" -m fake "$@" 2>err; }
row() { sed -n 's/  */ /g; s/^ //; s/ $//; /'"$1"'/p' err; }
pfstat sh -c 'exit 5'
eq "exit status" 5 $?
eq "never ran" '<not counted> page-faults (exec-credentials)' "$(row page-faults)"
eq "in part" '120 minor-faults (partial: exec-credentials)' "$(row minor-faults)"
eq "estimated" '12.34 msec task-clock (scaled, counted 50.00 % of the time)' "$(row task-clock)"
eq "every event" '99 cycles' "$(row cycles)"
eq "never started" '<not counted> branches (not started)' "$(row branches)"
pfstat -I 1000 true
like "in an interval" '[0-9.]* <not counted> page-faults (exec-credentials)' "$(row page-faults)"
# Counters that cannot be read are not 0 either.
files_of_a_context
: >fake/contexts/one/counters
pfstat -e page-faults true
eq "unreadable" '<not counted> page-faults (unreadable)' "$(row page-faults)"
