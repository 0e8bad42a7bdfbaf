/* How soon one who waits hears of an overflow: a message of pfmfs against the kernel's own wake-up.
 *
 *     wake [-n BLOCKS] CONTEXT
 *
 * A child faults a page when it is told to, and notes the time just before. CONTEXT is the
 * directory of a new context; it is loaded on the child and told to notify every fault. The other
 * side is a perf event with a ring and epoll_wait(2). The two take turns in blocks; what is
 * printed is the median time of each in microseconds, and their ratio.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 64, BLOCK = 16, MAX_BLOCKS = 1024 };

static volatile double *fault_time;
static int orders[2];
static pid_t child;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    if (child > 0)
        kill(child, SIGKILL);
    exit(1);
}

static void *map_pages(int count, int flags)
{
    void *memory = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        die("mmap");
    return memory;
}

/* The child: on a CPU of its own, so that nobody has to wait for it to leave one. */
static void obey(void)
{
    char *memory = map_pages(PAGES, MAP_PRIVATE), order;
    cpu_set_t last;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    CPU_ZERO(&last);
    CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
    sched_setaffinity(0, sizeof last, &last);
    madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
    for (int page = 0; read(orders[0], &order, 1) == 1; page = (page + 1) % PAGES) {
        if (page == 0)
            madvise(memory, PAGES * PAGE, MADV_DONTNEED);
        *fault_time = now();
        memory[page * PAGE] = 1;
    }
    _exit(0);
}

static void put(const char *directory, const char *file, const char *words)
{
    char path[512];
    int descriptor;

    snprintf(path, sizeof path, "%s/%s", directory, file);
    descriptor = open(path, O_WRONLY);
    if (descriptor < 0 || write(descriptor, words, strlen(words)) < 0)
        die(path);
    close(descriptor);
}

/* One fault, a while after the last so that everybody sleeps. */
static void order_fault(void)
{
    usleep(500);
    if (write(orders[1], "", 1) != 1)
        die("order");
}

static void pfmfs_block(const char *context, double *times)
{
    char path[512], message[56];
    int messages, restart;

    snprintf(path, sizeof path, "%s/msgq", context);
    messages = open(path, O_RDONLY);
    snprintf(path, sizeof path, "%s/restart", context);
    restart = open(path, O_WRONLY);
    if (messages < 0 || restart < 0)
        die(path);
    put(context, "start", "1\n");
    for (int i = 0; i < BLOCK; i++) {
        order_fault();
        if (read(messages, message, sizeof message) != sizeof message)
            die("msgq");
        times[i] = now() - *fault_time;
        if (write(restart, "1\n", 2) != 2)
            die("restart");
    }
    put(context, "stop", "1\n");
    close(messages);
    close(restart);
}

static void perf_block(int event, int epoll, struct perf_event_mmap_page *ring, double *times)
{
    struct epoll_event ready;

    ioctl(event, PERF_EVENT_IOC_ENABLE, 0);
    for (int i = 0; i < BLOCK; i++) {
        order_fault();
        if (epoll_wait(epoll, &ready, 1, 1000) != 1)
            die("epoll_wait");
        times[i] = now() - *fault_time;
        ring->data_tail = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE);
    }
    ioctl(event, PERF_EVENT_IOC_DISABLE, 0);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2] * 1e6;
}

int main(int argc, char **argv)
{
    static double ours[MAX_BLOCKS * BLOCK], theirs[MAX_BLOCKS * BLOCK];
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_PAGE_FAULTS,
        .sample_period = 1, .wakeup_events = 1, .disabled = 1
    };
    struct epoll_event wanted = { .events = EPOLLIN };
    int blocks = 32, event, epoll = epoll_create1(EPOLL_CLOEXEC);
    char target[32];
    void *ring;
    double a, b;

    if (argc == 4 && strcmp(argv[1], "-n") == 0) {
        blocks = atoi(argv[2]);
        argv += 2;
        argc -= 2;
    }
    if (argc != 2 || blocks < 1 || blocks > MAX_BLOCKS) {
        fputs("usage: wake [-n BLOCKS] CONTEXT\n", stderr);
        return 2;
    }
    fault_time = map_pages(1, MAP_SHARED);
    if (pipe2(orders, O_CLOEXEC))
        die("pipe");
    child = fork();
    if (child == 0)
        obey();

    snprintf(target, sizeof target, "tid %d\n", child);
    put(argv[1], "events", "page-faults\n");
    put(argv[1], "ctl", "write_pmds 0 pmd0 value=-1 long_reset=-1 flags=ovfl_notify\n");
    put(argv[1], "load_context", target);
    event = (int)syscall(SYS_perf_event_open, &attr, child, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (event < 0)
        die("perf_event_open");
    ring = mmap(NULL, 9 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
    if (ring == MAP_FAILED || epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted))
        die("ring");

    for (int i = 0; i < blocks; i++) {
        pfmfs_block(argv[1], ours + i * BLOCK);
        perf_block(event, epoll, ring, theirs + i * BLOCK);
    }
    kill(child, SIGKILL);
    a = median(ours, blocks * BLOCK);
    b = median(theirs, blocks * BLOCK);
    printf("%.3f %.3f %.3f\n", a, b, a / b);
    return 0;
}
