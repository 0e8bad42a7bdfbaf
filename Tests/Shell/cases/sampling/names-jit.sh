#!/bin/sh
# Maps of just-in-time compilers: only those of the process's own user and of root are believed,
# also when the process has ended; the newest line counts, however long the map is.
# timeout: 90
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

mount_pfmfs
[ "$(uname -m)" = x86_64 ] || skip "the code that is made at run time is for x86-64"
cat >jit.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
/* dec rdi; jne; ret */
static const unsigned char loop[] = { 0x48, 0xff, 0xcf, 0x75, 0xfb, 0xc3 };
static long used(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1000 + t.tv_nsec / 1000000; }
int main(int count, char **words)
{
    long end = atol(words[2]);
    char *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *file = fopen(words[1], "w");
    memcpy(code, loop, sizeof loop);
    fprintf(file, "%d %lx\n", getpid(), (long)code);
    fclose(file);
    while (used() < end) ((void (*)(long))code)(300000);
    return 0;
}
END
gcc -O1 -o jit jit.c || fail "jit.c does not compile"
# jitted NAME: a run that has ended; `of` is its process and `at` where its code was.
jitted() {
    profiler "$1"
    recorded ./jit "where.$1" "${2:-100}"
    read -r of at <"where.$1"
    map=/tmp/perf-$of.map
    rm -f "$map"
}
jitted a
mostly '[anon]'
echo "$at 6 mine" >"$map"
mostly mine
as_perf
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    rm "$map"
    as_user 65534 sh -c "echo '$at 6 FORGED' >$map" || skip "uid 65534 cannot write into /tmp"
    never FORGED
    rm "$map"
    mkdir -m 1777 others
    chmod 755 .
    cp jit others/
    # The other way round: a process of that user believes itself and root.
    profiler b
    (echo self >"$c/load_context" && echo exec >"$c/start" &&
        exec "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups "$PWD/others/jit" "$PWD/others/where" 3000) &
    pid=$!
    spawned="$spawned $pid"
    until_true 5 "the code is there" test -s others/where
    read -r of at <others/where
    map=/tmp/perf-$of.map
    rm -f "$map"
    as_user 65534 sh -c "echo '$at 6 theirs' >$map"
    until_true 5 "it is named" test "$(share theirs)" -gt 30
    kill "$pid"
    rm -f "$map"
fi
# More than 64 MiB, of which the last line counts.
jitted d
trap 'rm -f "$map"; cleanup' EXIT
{
    echo "$at 6 oldest"
    awk -v at="$at" 'BEGIN { for (i = 0; i < 1200000; i++) printf "%x 40 filling_of_a_line_that_names_something_%d\n", i * 64, i }'
    echo "$at 6 newest"
} >"$map"
at_least "bytes of the map" 67108864 "$(wc -c <"$map")"
mostly newest
sed -i '$d' "$map"
mostly oldest
rm -f "$map"
