/* Loads to be counted.
 *
 *     load switches COUNT    two processes pass a byte back and forth COUNT times; every tenth time
 *                            a page is touched. Prints the microseconds that it took.
 *     load faults SECONDS    says "ready", waits for a line, faults pages at a steady rate, prints
 *                            how many by a counter of its own that was always on, waits for a line
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 64 };

static char *memory;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void touch(int page)
{
    if (page == 0)
        madvise(memory, PAGES * PAGE, MADV_DONTNEED);
    memory[page * PAGE] = 1;
}

static int switches(long count)
{
    int there[2], back[2];
    char byte = 0;
    double start;
    pid_t child;

    if (pipe(there) || pipe(back))
        die("pipe");
    child = fork();
    if (child == 0) {
        close(there[1]);
        while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
            continue;
        _exit(0);
    }
    start = now();
    for (long i = 0; i < count; i++) {
        if (i % 10 == 0)
            touch(i / 10 % PAGES);
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
            die("pipe");
    }
    printf("%.1f\n", (now() - start) * 1e6);
    close(there[1]);
    waitpid(child, NULL, 0);
    return 0;
}

static int faults(double seconds)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_PAGE_FAULTS
    };
    int counter = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    char line[16];
    uint64_t before, after;
    double next, end;

    if (counter < 0)
        die("perf_event_open");
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    if (!fgets(line, sizeof line, stdin) || read(counter, &before, 8) != 8)
        die("start");
    next = now();
    end = next + seconds;
    for (int page = 0; next < end; page = (page + 1) % PAGES) {
        touch(page);
        /* Steady in the time that the program has, not in the time of the clock on the wall. */
        next = now() + 1e-5;
        while (now() < next)
            continue;
    }
    if (read(counter, &after, 8) != 8)
        die("read");
    printf("%llu\n", (unsigned long long)(after - before));
    return fgets(line, sizeof line, stdin) == NULL;
}

int main(int argc, char **argv)
{
    memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
    if (argc == 3 && strcmp(argv[1], "switches") == 0)
        return switches(atol(argv[2]));
    if (argc == 3 && strcmp(argv[1], "faults") == 0)
        return faults(atof(argv[2]));
    fputs("usage: load switches COUNT | load faults SECONDS\n", stderr);
    return 2;
}
