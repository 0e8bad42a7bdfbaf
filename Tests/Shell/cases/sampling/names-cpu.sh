#!/bin/sh
# Sampling of a CPU: what a process is called and maps is known wherever it executed its program,
# and the idle thread is called as perf calls it.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

need_root
need_command taskset
[ "$(nproc)" -gt 1 ] || skip "there is one CPU"
mount_pfmfs
compiled first
compiled second -DNEWER
context a cpu-clock
put "$c/ctx_flags" system_wide
period 0 1000000
put "$c/smpl_fmt" 'default buf_size=4M'
# On CPU 0 while it is one program, on CPU 1 when it becomes another, and back.
spawn taskset -c 0 ./first 300 "$(command -v taskset)" -c 1 ./first 1 \
    "$(command -v taskset)" -c 0 ./second 300
put "$c/load_context" "cpu 0"
put "$c/start" 1
# And one that is new.
taskset -c 1 sh -c 'taskset -c 0 ./second 200; exec taskset -c 0 ./first 200'
wait "$pid"
sleep 0.2
put "$c/stop" 1
cat "$c/smpl/folded" >folded
# pairs COMM: innermost functions of a program, and how many samples each has.
pairs() {
    sed -n "s/^$1;\\(.*;\\)*//p" folded | sort -k 2nr
}
for name in first second; do
    pairs $name >pairs.$name
    total=$(awk '{ sum += $NF } END { print sum + 0 }' pairs.$name)
    at_least "samples of $name" 100 "$total"
    at_least "of them in its function" $((total * 8 / 10)) "$(awk '$1 == "hot" { print $2 }' pairs.$name)"
done
eq "functions of second in first" 0 "$(grep -c _function pairs.first)"
need_command perf
perf script -i "$c/smpl/perf.data" -F comm,ip,sym 2>/dev/null | awk '{ print $1, $3 }' |
    sort -u >perf.pairs
grep -qx 'first hot' perf.pairs || fail "perf does not know first"
# Whatever else ran on the CPU has names, too.
unnamed=$(awk '/^:[0-9]/ { sum += $NF } END { print sum + 0 }' folded)
[ "$((unnamed * 100))" -le "$(cat "$c/smpl/taken")" ] || fail "$unnamed samples have no thread's name"
if grep -q 'tid=0 ' "$c/smpl/entries"; then
    grep -q '^swapper;' folded || fail "the idle thread has no name"
fi
eq "threads of number 0" 0 "$(grep -c '^:0;' folded)"
