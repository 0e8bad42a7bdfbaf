/* A fixed amount of work for scripts/bench.d/sampling.
 *
 *     fixed FILE work MILLIONS      MILLIONS of additions, then its CPU time in nanoseconds to FILE
 *     fixed FILE wait faults N      waits for SIGUSR1 (FILE.ready says so), then N page faults
 *     fixed FILE wait getppid N     the same with N system calls
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile long sum;

static void __attribute__((noinline)) work(long count)
{
    for (long i = 0; i < count; i++)
        sum += i;
}

static void await(const char *file)
{
    sigset_t signals;
    char ready[4096];
    int signal;
    FILE *mark;

    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    snprintf(ready, sizeof ready, "%s.ready", file);
    mark = fopen(ready, "w");
    if (!mark || fclose(mark))
        exit(1);
    sigwait(&signals, &signal);
}

int main(int argc, char **argv)
{
    struct timespec used;
    FILE *out;

    if (argc < 4)
        return 2;
    if (strcmp(argv[2], "wait") == 0) {
        long count = atol(argv[4]);
        char *area = NULL;

        if (strcmp(argv[3], "faults") == 0) {
            area = mmap(NULL, count * 4096, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (area == MAP_FAILED)
                return 1;
            madvise(area, count * 4096, MADV_NOHUGEPAGE);
        }
        await(argv[1]);
        for (long i = 0; i < count; i++) {
            if (area)
                area[i * 4096] = 1;
            else
                syscall(SYS_getppid);
        }
        return 0;
    }
    work(atol(argv[3]) * 1000000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    out = fopen(argv[1], "w");
    if (!out)
        return 1;
    fprintf(out, "%ld\n", used.tv_sec * 1000000000 + used.tv_nsec);
    return fclose(out) != 0;
}
