/* Does to a mount, at random, whatever a user can do.
 *
 *     hostile MNT SECONDS SEED LIMIT
 *
 * Four threads make contexts and sets, remove them, read, write (what is right, what is nearly
 * right, and noise), poll, map, rename, wait, load threads that run, fork and die, and kill the
 * processes that wait. The user's own rights are all they have: it is to be run as several users
 * at once. Every thread's operations follow from SEED alone; what becomes of them depends on the
 * others. Prints how many operations there were, and how long the slowest took; ends with status 1
 * when one took more than LIMIT milliseconds. Whatever it started has ended then.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, FILES = 24, TARGETS = 4, WAITERS = 4, NAMES = 5 };

struct worker {
    uint64_t random;
    unsigned long operations;
    int files[FILES];
    char names[FILES][300];
    pid_t targets[TARGETS];
    pid_t waiters[WAITERS];
    double slowest;
    char slowest_what[400];
    char path[300];
};

static const char *mount_path;
static double deadline;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static unsigned pick(struct worker *me, unsigned count)
{
    me->random ^= me->random << 13;
    me->random ^= me->random >> 7;
    me->random ^= me->random << 17;
    return (me->random >> 20) % count;
}

#define ONE_OF(me, list) list[pick(me, sizeof list / sizeof *list)]

/* What is right in some file, sometimes. */
static const char *const lines[] = {
    "1", "0", "-1", "max", "none", "1", "1", "self", "set=0", "set=1", "set=65535",
    "page-faults", "page-faults task-clock context-switches", "task-clock", "nothing-of-the-kind",
    "cycles instructions", "set1: page-faults", "set1: task-clock page-faults", "page-faults:u",
    "system_wide", "notify_block", "ovfl_no_msg", "inherit", "notify_block ovfl_no_msg",
    "system_wide inherit", "cpu 0", "cpu 1", "cpu 99999", "default", "default buf_size=64K",
    "default buf_size=999999G", "text", "stacks", "counts_by_ip", "ovfl_switch", "time_switch",
    "expl_next", "ovfl_notify", "ovfl_notify random", "random", "0-1,4", "0-63", "0x130000",
    "0xffffffffffffffff", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
    "1ms", "10ms", "500us", "0s", "99999999999s", "2000000", "4096", "64K",
    "write_pmcs 0 pmc0 value=0x130000", "write_pmds 0 pmd0 value=-7 long_reset=-7 flags=ovfl_notify",
    "write_pmds 0 pmd0 value=-1 long_reset=-1 short_reset=-1 flags=ovfl_notify reset_pmds=0-3",
    "write_pmds 0 pmd1 smpl_pmds=0 random_mask=0xff flags=random", "create_evtsets 1",
    "create_evtsets 1 flags=time_switch timeout=2ms", "create_evtsets 0 flags=ovfl_switch",
    "create_evtsets 2 flags=ovfl_switch id_next=0", "delete_evtsets 1", "load_context self",
    "load_context cpu 0", "unload_context", "start", "start set=1", "stop", "restart",
};

static const char *const places[] = {
    "", "contexts", "info", "formats", "pmu_desc", "events", "clone", "version", "debug",
    "task_group", "sys_group", "smpl_buffer_mem_max", "arg_mem_max", "reset_stats", "info/limits",
    "info/error_log", "info/available_events", "README", "no/such/file",
};

static void name_context(struct worker *me)
{
    static const char *const odd[] = { "..x", "a b", "\xff\xfe", "x\ny", "%s%n" };

    if (pick(me, 40) == 0)
        snprintf(me->path, sizeof me->path, "%s/contexts/%s", mount_path, ONE_OF(me, odd));
    else
        snprintf(me->path, sizeof me->path, "%s/contexts/h%u-%u", mount_path,
                 pick(me, 8) ? getuid() : pick(me, 3) + 65531, pick(me, NAMES));
}

/* Goes down from the current path to anything below it, or stays. */
static void descend(struct worker *me)
{
    DIR *directory;
    struct dirent *entry;
    char chosen[256];
    unsigned seen;

    for (int depth = pick(me, 5); depth > 0; depth--) {
        directory = opendir(me->path);
        if (!directory)
            return;
        seen = 0;
        chosen[0] = 0;
        while ((entry = readdir(directory)) && seen < 90) {
            if (entry->d_name[0] != '.' && pick(me, ++seen) == 0)
                snprintf(chosen, sizeof chosen, "%s", entry->d_name);
        }
        closedir(directory);
        if (!chosen[0] || strlen(me->path) + strlen(chosen) + 2 > sizeof me->path)
            return;
        strcat(me->path, "/");
        strcat(me->path, chosen);
    }
}

static void choose(struct worker *me)
{
    static const char *const files[] = {
        "events", "load_context", "start", "stop", "restart", "unload_context", "ctl", "ctx_flags",
        "smpl_fmt", "counters", "msgs", "msgs_pipe", "msgq", "state", "sets/0/events", "sets/0/pmds",
        "sets/0/pmd0/value", "sets/0/pmd0/long_reset", "sets/0/pmd0/flags", "sets/0/set_flags",
        "sets/0/set_timeout", "sets/0/pmc0", "smpl/buffer", "smpl/samples_pipe", "smpl/entries",
        "smpl/perf.data", "smpl/perf.data_pipe", "smpl/folded", "last_cmd_status", "sets/1/events",
    };

    switch (pick(me, 8)) {
    case 0:
        snprintf(me->path, sizeof me->path, "%s/%s", mount_path, ONE_OF(me, places));
        descend(me);
        break;
    case 1:
    case 2:
        name_context(me);
        descend(me);
        break;
    default:
        name_context(me);
        strcat(me->path, "/");
        strcat(me->path, ONE_OF(me, files));
    }
}

static pid_t any_target(struct worker *me)
{
    pid_t target = me->targets[pick(me, TARGETS)];

    return target > 0 ? target : getpid();
}

/* Something to write; returns its length. */
static size_t compose(struct worker *me, char *text, size_t room)
{
    size_t length = 0;

    switch (pick(me, 8)) {
    case 0:
        length = pick(me, pick(me, 10) ? 40 : 9000);
        if (length > room)
            length = room;
        for (size_t i = 0; i < length; i++)
            text[i] = pick(me, 256);
        return length;
    case 1:
        length = snprintf(text, room, "pid %d\n", any_target(me));
        break;
    case 2:
        length = snprintf(text, room, "load_context tid %d\nstart\n", any_target(me));
        break;
    case 3:
        for (unsigned i = pick(me, pick(me, 20) ? 5 : 300); i > 0 && length + 100 < room; i--)
            length += snprintf(text + length, room - length, "%s\n", ONE_OF(me, lines));
        break;
    case 4:
        length = snprintf(text, room, "%s\n", ONE_OF(me, lines));
        for (unsigned i = pick(me, 4); i > 0 && length > 0; i--)
            text[pick(me, length)] ^= 1 << pick(me, 8);
        break;
    default:
        length = snprintf(text, room, "%s\n", ONE_OF(me, lines));
    }
    return length;
}

/* The life of a monitored program. */
static void run_target(unsigned kind)
{
    volatile char *page;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned round = 0;; round++) {
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page != MAP_FAILED) {
            *page = 1;
            munmap((void *)page, 4096);
        }
        if (kind == 1 && round % 20 == 0) {
            if (fork() == 0)
                _exit(0);
            while (waitpid(-1, NULL, WNOHANG) > 0)
                ;
        }
        if (kind == 2 && round == 500)
            _exit(0);
        if (kind == 3 && round == 200)
            execl("/bin/sleep", "sleep", "1", (char *)NULL);
        if (round % 10 == 0)
            usleep(2000);
    }
}

static void end_process(pid_t *process)
{
    if (*process <= 0)
        return;
    kill(*process, SIGKILL);
    waitpid(*process, NULL, 0);
    *process = 0;
}

static void change_target(struct worker *me)
{
    pid_t *target = &me->targets[pick(me, TARGETS)];
    unsigned kind = pick(me, 4);

    end_process(target);
    *target = fork();
    if (*target == 0)
        run_target(kind);
}

/* A process that waits in a read for good, until it is killed. */
static void change_waiter(struct worker *me)
{
    static const char *const pipes[] = {
        "msgs_pipe", "msgq", "smpl/samples_pipe", "smpl/perf.data_pipe", "state",
    };
    pid_t *waiter = &me->waiters[pick(me, WAITERS)];
    struct pollfd wait = { .events = POLLIN | POLLPRI };
    char buffer[4096];

    end_process(waiter);
    name_context(me);
    strcat(me->path, "/");
    strcat(me->path, ONE_OF(me, pipes));
    unsigned polls = pick(me, 2);
    *waiter = fork();
    if (*waiter != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    wait.fd = open(me->path, O_RDONLY);
    while (wait.fd >= 0) {
        if (polls)
            poll(&wait, 1, 1000), usleep(1000);
        else if (read(wait.fd, buffer, sizeof buffer) <= 0)
            break;
    }
    _exit(0);
}

static void use_file(struct worker *me)
{
    static const int flags[] = {
        O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_WRONLY | O_APPEND, O_RDWR | O_CREAT,
        O_RDONLY | O_DIRECTORY, O_PATH,
    };
    static char buffer[THREADS][70000];
    char *space = buffer[me->random % THREADS];
    unsigned number = pick(me, FILES), call;
    int *slot = &me->files[number];
    struct pollfd ready = { .events = POLLIN | POLLOUT | POLLPRI };
    size_t length;
    void *map;

    if (*slot < 0 || pick(me, 3) == 0) {
        if (*slot >= 0)
            close(*slot);
        choose(me);
        memcpy(me->names[number], me->path, sizeof me->path);
        *slot = open(me->path, ONE_OF(me, flags) | O_NONBLOCK | O_CLOEXEC, 0644);
    }
    if (*slot < 0)
        return;
    call = pick(me, 8);
    snprintf(me->path, sizeof me->path, "(call %u) %.280s", call, me->names[number]);
    switch (call) {
    case 0:
    case 1:
        if (read(*slot, space, pick(me, 70000)) < 0)
            return;
        break;
    case 2:
        if (pread(*slot, space, pick(me, 5000), pick(me, 4) ? pick(me, 9000) : -1ull >> 2) < 0)
            return;
        break;
    case 3:
    case 4:
        length = compose(me, space, 60000);
        if (write(*slot, space, length) < 0)
            return;
        break;
    case 5:
        ready.fd = *slot;
        poll(&ready, 1, pick(me, 3));
        break;
    case 6:
        map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, *slot, 0);
        if (map != MAP_FAILED)
            munmap(map, 4096);
        break;
    default:
        if (ftruncate(*slot, pick(me, 100)) == 0)
            fsync(*slot);
        lseek(*slot, pick(me, 1000), SEEK_SET);
    }
}

static void command(struct worker *me)
{
    char text[4096];
    int file;

    choose(me);
    file = open(me->path, O_WRONLY | O_TRUNC | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return;
    if (write(file, text, compose(me, text, sizeof text)) < 0)
        errno = 0;
    close(file);
}

/* A session that has every chance: loaded, started, notified. */
static void session(struct worker *me)
{
    static const char *const steps[][2] = {
        { "events", "page-faults task-clock\n" },
        { "sets/0/pmd0/flags", "ovfl_notify\n" },
        { "sets/0/pmd0/long_reset", "-3\n" },
        { "sets/0/pmd0/value", "-3\n" },
        { "load_context", NULL },
        { "start", "1\n" },
        { "restart", "1\n" },
    };
    char file_name[400], text[64];
    size_t base;
    int file;

    name_context(me);
    mkdir(me->path, 0755);
    base = strlen(me->path);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (pick(me, 12) == 0)
            continue;
        snprintf(file_name, sizeof file_name, "%.*s/%s", (int)base, me->path, steps[i][0]);
        snprintf(text, sizeof text, "pid %d\n", any_target(me));
        file = open(file_name, O_WRONLY | O_CLOEXEC);
        if (file < 0)
            return;
        if (write(file, steps[i][1] ? steps[i][1] : text,
                  strlen(steps[i][1] ? steps[i][1] : text)) < 0)
            errno = 0;
        close(file);
    }
}

static void change_tree(struct worker *me)
{
    struct stat status;
    char other[300], buffer[256];

    choose(me);
    switch (pick(me, 11)) {
    case 0: chmod(me->path, pick(me, 01000)); break;
    case 1: unlink(me->path); break;
    case 2:
        memcpy(other, me->path, sizeof other);
        choose(me);
        rename(me->path, other);
        break;
    case 3: symlink("x", me->path); break;
    case 4: mknod(me->path, S_IFIFO | 0600, 0); break;
    case 5: truncate(me->path, pick(me, 2) ? 0 : 12345); break;
    case 6: chown(me->path, pick(me, 70000), -1); break;
    case 7: setxattr(me->path, "user.x", "y", 1, 0); break;
    case 8: getxattr(me->path, "user.x", buffer, sizeof buffer); break;
    case 9: access(me->path, pick(me, 8)); break;
    default: stat(me->path, &status);
    }
}

static void make_or_remove(struct worker *me)
{
    name_context(me);
    if (pick(me, 3) == 0)
        snprintf(me->path + strlen(me->path), 32, "/sets/%u", pick(me, 4));
    if (pick(me, 2))
        mkdir(me->path, pick(me, 8) ? 0755 : pick(me, 01000));
    else
        rmdir(me->path);
}

static const struct {
    const char *name;
    void (*act)(struct worker *);
    unsigned weight;
} operations[] = {
    { "file", use_file, 34 },     { "command", command, 28 },
    { "session", session, 6 },    { "tree", change_tree, 12 },
    { "make", make_or_remove, 14 }, { "target", change_target, 2 },
    { "waiter", change_waiter, 3 },
};

static void *work(void *argument)
{
    struct worker *me = argument;
    double began, took;

    while ((began = now()) < deadline) {
        unsigned number = pick(me, 99), kind = 0;

        while (number >= operations[kind].weight)
            number -= operations[kind++].weight;
        me->path[0] = 0;
        operations[kind].act(me);
        took = now() - began;
        me->operations++;
        if (took > me->slowest) {
            me->slowest = took;
            snprintf(me->slowest_what, sizeof me->slowest_what, "%s %s", operations[kind].name,
                     me->path);
        }
    }
    for (int i = 0; i < FILES; i++)
        if (me->files[i] >= 0)
            close(me->files[i]);
    for (int i = 0; i < TARGETS; i++)
        end_process(&me->targets[i]);
    for (int i = 0; i < WAITERS; i++)
        end_process(&me->waiters[i]);
    return NULL;
}

int main(int count, char **words)
{
    static struct worker workers[THREADS];
    pthread_t threads[THREADS];
    unsigned long total = 0;
    double limit;
    int late = 0;

    if (count != 5) {
        fprintf(stderr, "usage: hostile MNT SECONDS SEED LIMIT\n");
        return 2;
    }
    mount_path = words[1];
    deadline = now() + atof(words[2]);
    limit = atof(words[4]) / 1000;
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < THREADS; i++) {
        workers[i].random = (strtoull(words[3], NULL, 0) * 1000003 + getuid() * 101 + i + 1)
            * 0x9e3779b97f4a7c15ull;
        memset(workers[i].files, 0xff, sizeof workers[i].files);
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        total += workers[i].operations;
        late |= workers[i].slowest > limit;
        printf("uid %u thread %d: %lu operations, slowest %.0f ms: %s\n", getuid(), i,
               workers[i].operations, workers[i].slowest * 1000, workers[i].slowest_what);
    }
    printf("uid %u: %lu operations\n", getuid(), total);
    return late;
}
