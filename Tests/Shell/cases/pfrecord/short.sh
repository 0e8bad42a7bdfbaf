#!/bin/sh
# Every sample of a command that ends at once is in the file, each time; and what could not be sampled
# is said.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

need_command perf
mount_pfmfs
turn=0
while [ "$turn" -lt 23 ]; do
    turn=$((turn + 1))
    under_case_shell pfrecord -e page-faults -c 1 -o a.data true 2>err || fail "turn $turn: $(cat err)"
    said=$(sed -n 's/^pfrecord: \([0-9]*\) samples in a.data$/\1/p' err)
    at_least "samples of turn $turn ($(cat err))" 10 "$said"
    eq "in the file of turn $turn" "$said" "$(perf script -i a.data 2>/dev/null | wc -l)"
done
files_of_a_context 'page-faults not_counted reason=exec-credentials set=0 pmd=0'
MNT=$PWD/fake under_case_shell pfrecord -e page-faults -o b.data true 2>err
like "never ran" '*, page-faults not counted (exec-credentials)' "$(cat err)"
files_of_a_context 'page-faults 7 quality=partial reason=exec-credentials running=100.00 set=0 pmd=0'
MNT=$PWD/fake under_case_shell pfrecord -e page-faults -o b.data true 2>err
like "in part" '*, page-faults counted in part (exec-credentials)' "$(cat err)"
