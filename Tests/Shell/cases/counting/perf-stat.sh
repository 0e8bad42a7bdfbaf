#!/bin/sh
# page-faults of a program are those of perf stat, task-clock within 2 %.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_event page-faults task-clock
need_command setarch
mount_pfmfs
run="setarch -R"
# The kernel's own work makes single runs differ by a few: the most frequent number counts.
usual() {
    sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}
: >ours
: >theirs
for _ in 1 2 3 4 5 6 7; do
    # shellcheck disable=SC2086 # words
    $run $CASE_SHELL "$ROOT/scripts/pfstat" -m "$MNT" -e page-faults "$TOOLS/workload" faults=101 2>err ||
        fail "pfstat: $(cat err)"
    awk '$2 == "page-faults" { print $1 }' err >>ours
    # shellcheck disable=SC2086 # words
    $run perf stat -x, -o out -e page-faults "$TOOLS/workload" faults=101
    awk -F, '$3 == "page-faults" { print $1 }' out >>theirs
done
eq "page-faults" "$(usual <theirs)" "$(usual <ours)"
# shellcheck disable=SC2086 # words
$CASE_SHELL "$ROOT/scripts/pfstat" -m "$MNT" -e task-clock "$TOOLS/workload" spin=700 2>err
ours=$(awk '$3 == "task-clock" { print $1 }' err)
perf stat -x, -o out -e task-clock "$TOOLS/workload" spin=700
within 2 "task-clock in ms" "$(awk -F, '$3 == "task-clock" { print $1 }' out)" "$ours"
