#!/bin/sh
# pfrecord -g records call chains, of several events at once if asked.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command perf
mount_pfmfs
# shellcheck disable=SC2086 # words
pfrecord() {
    $CASE_SHELL "$ROOT/scripts/pfrecord" -m "$MNT" "$@" 2>err
}
cat >deep.c <<'END'
#include <sys/mman.h>
static volatile long sum;
__attribute__((noinline)) void inner(void)
{
    for (int i = 0; i < 2003; i++) {
        char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *page = 1;
        munmap(page, 4096);
    }
    for (int i = 0; i < 100000000; i++)
        sum += i;
}
__attribute__((noinline)) void outer(void) { inner(); sum++; }
int main(void) { outer(); sum++; return 0; }
END
gcc -O1 -fno-omit-frame-pointer -o deep deep.c || fail "deep.c does not compile"
pfrecord -g -e page-faults,cpu-clock:u -o a.data ./deep || fail "$(cat err)"
perf script -i a.data -F comm,event,ip,sym >script.txt 2>perf.err || fail "perf script: $(cat perf.err)"
eq "events" "cpu-clock:u page-faults" "$(awk '$1 == "deep" { print $2 }' script.txt | tr -d : | sort -u |
    sed 's/clocku/clock:u/' | xargs)"
awk '/^deep/ { if (chain) print chain; chain = $2 } !/^deep/ && NF { chain = chain " " $2 }' script.txt >chains
at_least "chains of faults" 1 "$(grep -c '^page-faults: inner outer main' chains)"
at_least "chains of time" 20 "$(grep -c '^cpu-clock:u: inner outer main' chains)"
perf report -i a.data --stdio -g caller >report.txt 2>perf.err || fail "perf report: $(cat perf.err)"
like "perf report" '*--*outer*inner*' "$(cat report.txt)"
