#!/bin/sh
# What threads are called may hold any byte: folded stays one stack a line, and nothing is missing.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

mount_pfmfs
cat >named.c <<'END'
#include <sys/prctl.h>
#include <time.h>
static volatile unsigned long sum;
static long used(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1000 + t.tv_nsec / 1000000; }
__attribute__((noinline)) void hot(void) { long end = used() + 40; do { for (int i = 0; i < 50000; i++) sum += i; } while (used() < end); }
int main(void)
{
    const char *names[] = { "a\nb 7", "x\ty", "\033[31mred", "se;mi", "", "\377\200", "\302\233c1", "\xc3\xa9" };
    for (int i = 0; i < 8; i++) { prctl(PR_SET_NAME, names[i]); hot(); }
    return 0;
}
END
gcc -O1 -o named named.c || fail "named.c does not compile"
profiler a cpu-clock stacks buf_size=1M
recorded ./named
cat "$c/smpl/folded" >folded
eq "lines that are not stack" 0 "$(grep -cv ' [0-9][0-9]*$' folded)"
eq "control characters" 0 "$(grep -c "$(printf '[\001-\010\011\013-\037\177]')" folded)"
eq "samples" "$(cat "$c/smpl/taken")" "$(awk '{ sum += $NF } END { print sum }' folded)"
for name in 'a?b 7' 'x?y' '?\[31mred' 'se:mi' ':[0-9]*' '?c1' "$(printf '\303\251')"; do
    grep -q "^$name;" folded || fail "no line of '$name': $(cut -d ';' -f 1 folded | sort -u | tr '\n' ' ')"
done
grep -q '^;' folded && fail "a thread without a name leaves an empty word"
# Read from /proc, for a program that has its name when the context is loaded.
cat >waiting.c <<'END'
#include <sys/prctl.h>
int main(void) { prctl(PR_SET_NAME, "one\ntwo"); for (;;); }
END
gcc -o waiting waiting.c || fail "waiting.c does not compile"
profiler b
spawn ./waiting
until_true 5 "it has its name" grep -q two "/proc/$pid/comm"
load_and_start
until_true 5 "a sample is there" test -s "$c/smpl/entries"
grep -q '^one?two;' "$c/smpl/folded" || fail "$(head -n 1 "$c/smpl/folded")"
need_command perf
perf script -i "$c/smpl/perf.data" -F comm 2>/dev/null | grep -q '^ *two *$' ||
    fail "perf.data has another name"
