#!/bin/sh
# A stack that is deeper than the kernel keeps says so at its outer end; others do not.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

mount_pfmfs
cat >deep.c <<'END'
#include <stdlib.h>
#include <time.h>
static volatile unsigned long sum;
static long used(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1000 + t.tv_nsec / 1000000; }
__attribute__((noinline)) void bottom(long end) { do { for (int i = 0; i < 100000; i++) sum += i; } while (used() < end); }
__attribute__((noinline)) void down(int n, long end) { if (n > 0) down(n - 1, end); else bottom(end); sum++; }
int main(int count, char **words) { down(atoi(words[1]), used() + 100); return 0; }
END
gcc -O0 -fno-omit-frame-pointer -o deep deep.c || fail "deep.c does not compile"
limit=$(cat /proc/sys/kernel/perf_event_max_stack)
profiler a cpu-clock:u stacks buf_size=2M depth=1024
recorded ./deep $((limit + 50))
cat "$c/smpl/folded" >folded
at_least "samples of cut stacks" 50 "$(awk '/^deep;\[truncated\];down;/ { sum += $NF } END { print sum + 0 }' folded)"
eq "cut stacks that end in main" 0 "$(grep -c 'truncated.*;main;' folded)"
eq "marks within a stack" 0 "$(grep -c ';.*;\[truncated\]' folded)"
profiler b cpu-clock:u stacks buf_size=2M
recorded ./deep 10
eq "marks of stacks that are whole" 0 "$(grep -c truncated "$c/smpl/folded")"
grep -q ';main;down;' "$c/smpl/folded" || fail "$(head -n 1 "$c/smpl/folded")"
