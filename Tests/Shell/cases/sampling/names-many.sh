#!/bin/sh
# A process that maps, names itself and makes children again and again does not make later programs
# nameless, and what did not fit is counted.
# timeout: 90
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

mount_pfmfs
cat >lib.c <<'END'
volatile unsigned long total;
__attribute__((noinline)) void in_the_library(void) { for (int i = 0; i < 100000; i++) total += i; }
END
cat >many.c <<'END'
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void *nothing(void *argument) { return argument; }
static long used(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1000 + t.tv_nsec / 1000000; }
int main(int count, char **words)
{
    int file = open(words[0], O_RDONLY);
    char *place = mmap(0, 8192, PROT_READ, MAP_PRIVATE, file, 0);
    void (*hot)(void);
    void *library;
    long end;
    for (int i = 0; i < 70000; i++) {
        mmap(place, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, file, 0);
        prctl(PR_SET_NAME, i & 1 ? "many" : "more");
    }
    for (int i = 0; i < 3000; i++) { pthread_t thread; if (pthread_create(&thread, 0, nothing, 0) == 0) pthread_join(thread, 0); }
    for (int i = 0; i < 1500; i++) { pid_t child = fork(); if (child == 0) _exit(0); waitpid(child, 0, 0); }
    prctl(PR_SET_NAME, "many");
    library = dlopen("./libmany.so", RTLD_NOW);
    hot = (void (*)(void))dlsym(library, "in_the_library");
    for (end = used() + 200; used() < end;) hot();
    return 0;
}
END
gcc -O1 -shared -fPIC -o libmany.so lib.c || fail "lib.c does not compile"
gcc -O1 -pthread -o many many.c -ldl || fail "many.c does not compile"
profiler a cpu-clock default buf_size=4M
recorded ./many
at_least "samples in the library" 150 "$(awk '/^many;in_the_library / { sum += $NF } END { print sum + 0 }' "$c/smpl/folded")"
lost=$(cat "$c/smpl/process_records_lost")
case $lost in '' | *[!0-9]*) fail "process_records_lost: '$lost'" ;; esac
