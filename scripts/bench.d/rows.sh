# What the groups of scripts/bench share (bash): rows of the table, and how to measure one.
#
# A group is an executable in scripts/bench.d that sources this file and prints rows. scripts/bench
# gives it, in the environment:
#
#   BENCH_ROOT     the project
#   BENCH_PROGRAM  pfmfs, a release build
#   BENCH_MOUNT    where it is mounted, in the background, with default options
#   BENCH_PID      its process
#   BENCH_NULL, BENCH_NULL_MOUNT, BENCH_NULL_PID
#                  the same of the C null server
#   BENCH_CLIENT   the measuring client (client.c)
#   BENCH_WORK     a directory for what the group makes; scripts/bench removes it
#   BENCH_PAIRS    how many pairs of slices to take of something short
#   BENCH_FEW      how many of something long (a whole process)
#
# A group leaves nothing behind on the mount and ends what it started. It fails (non-zero exit) only
# when it could not measure; a missed goal is a row that says so.
# shellcheck shell=bash

# shellcheck source=../lib/packages.sh
. "$BENCH_ROOT/scripts/lib/packages.sh"

row_format='%-46s %12s %12s %8s %8s  %s\n'

# row WORK OURS THEIRS VALUE GOAL: the goal is met by a value (mostly the ratio) that is not above it.
row() {
    local verdict
    verdict=$(awk -v r="$4" -v g="$5" 'BEGIN { print r <= g ? "ok" : "NO" }')
    [ "$verdict" = ok ] || echo "$1" >>"$BENCH_WORK/missed"
    # shellcheck disable=SC2059 # one format for all rows
    printf "$row_format" "$@" "$verdict"
}

# no_row WORK REASON: something that this machine cannot measure.
no_row() {
    printf '%-46s not measured: %s\n' "$1" "$2"
}

# ratio A B
ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

# medians: of pairs of numbers on standard input, the median of each side and of their ratios.
medians() {
    awk '
        function median(values, n,   i, j, kept) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && values[j] < values[j - 1]; j--) {
                    kept = values[j]; values[j] = values[j - 1]; values[j - 1] = kept
                }
            return values[int((n + 1) / 2)]
        }
        { a[NR] = $1; b[NR] = $2; r[NR] = $1 / $2 }
        END { printf "%.3f %.3f %.3f\n", median(a, NR), median(b, NR), median(r, NR) }'
}

# compare WORK GOAL CLIENT-ARGUMENT...: a row in microseconds, by the command in `client`.
client=("$BENCH_CLIENT" -n "$BENCH_PAIRS")
compare() {
    local work=$1 goal=$2 ours theirs ratio
    shift 2
    read -r ours theirs ratio < <("${client[@]}" "$@") || stop "$work: could not be measured"
    row "$work" "$ours us" "$theirs us" "$ratio" "$goal"
}

# pin CPUS: where both servers run. On one CPU with the client no wake-up crosses CPUs, which
# would cost more than all the rest.
pin() {
    taskset -acp "$1" "$BENCH_PID" >/dev/null
    taskset -acp "$1" "$BENCH_NULL_PID" >/dev/null
}
