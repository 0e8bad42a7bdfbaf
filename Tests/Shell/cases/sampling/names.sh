#!/bin/sh
# Names in folded: of a position-independent program, of a library, of a just-in-time compiler's
# code, of the vDSO; what has none is called by its file. perf.data has build ids.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
cat >lib.c <<'END'
long in_the_library(long n) { volatile long s = 0; for (long i = 0; i < n; i++) s += i; return s; }
END
cat >main.c <<'END'
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
long in_the_library(long n);
static long __attribute__((noinline)) in_the_program(long n) { volatile long s = 0; for (long i = 0; i < n; i++) s += i; return s; }
static long cpu(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1000 + t.tv_nsec / 1000000; }
int main(void)
{
    /* mov rcx, rdi; 1: dec rcx; jne 1b; ret */
    static const unsigned char loop[] = { 0x48, 0x89, 0xf9, 0x48, 0xff, 0xc9, 0x75, 0xfb, 0xc3 };
    struct timespec t;
    char path[64];
    void *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *map;
    long end;
    memcpy(code, loop, sizeof loop);
    sprintf(path, "/tmp/perf-%d.map", getpid());
    map = fopen(path, "w");
    fprintf(map, "%lx %zx jit compiled; loop\n", (long)code, sizeof loop);
    fclose(map);
    for (end = cpu() + 30; cpu() < end;) in_the_program(1000000);
    for (end = cpu() + 30; cpu() < end;) in_the_library(1000000);
    if (sizeof(void *) == 8)
        for (end = cpu() + 30; cpu() < end;) ((void (*)(long))code)(1000000);
    for (end = cpu() + 30; cpu() < end;) for (int i = 0; i < 10000; i++) clock_gettime(CLOCK_MONOTONIC, &t);
    return 0;
}
END
[ "$(uname -m)" = x86_64 ] || skip "the code that is made at run time is for x86-64"
gcc -O1 -shared -fPIC -o libnames.so lib.c || fail "the library does not compile"
gcc -O1 -pie -fPIE -Wl,--build-id -o names main.c -L. -lnames -Wl,-rpath,"$PWD" ||
    fail "the program does not compile"
strip -s -o stripped names || skip "strip is not installed"
folded() {
    (echo self >"$c/load_context"; echo exec >"$c/start"; exec "$1")
    until_true 5 "the program has ended" is_unloaded "$c"
    awk '{ count = $NF; sub(/ [0-9]+$/, ""); n = split($0, f, ";"); sum[f[n]] += count } END { for (i in sum) if (sum[i] > 4) print i }' "$c/smpl/folded"
    rm -f "/tmp/perf-$(sed -n '1s/.* pid=\([0-9]*\) .*/\1/p' "$c/smpl/entries").map"
}
sampler a cpu-clock:u 1000000 default buf_size=1M
folded "$PWD/names" >leaves
for name in in_the_program in_the_library 'jit compiled: loop'; do
    grep -qxF "$name" leaves || fail "no $name: $(xargs <leaves)"
done
grep -q 'clock_gettime' leaves || fail "nothing of the vDSO: $(xargs <leaves)"
put "$c/smpl_fmt" 'default buf_size=1M'
folded "$PWD/stripped" >leaves
grep -qxF '[stripped]' leaves || fail "no name of the file: $(xargs <leaves)"
grep -qxF in_the_library leaves || fail "no in_the_library: $(xargs <leaves)"
need_command perf
id=$(readelf -n stripped 2>/dev/null | sed -n 's/.*Build ID: //p')
[ -n "$id" ] || skip "readelf is not installed"
perf script --show-mmap-events -i "$c/smpl/perf.data" 2>err | grep -F /stripped >maps
grep -q "<$id>" maps || fail "no build id $id: $(cat maps)"
