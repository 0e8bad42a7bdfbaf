/* Times one operation on two file systems side by side.
 *
 *     client [-t THREADS] [-n PAIRS] [-s MS] OPERATION A B
 *
 * The machine's speed changes by a factor of two while a run goes on. So A and B take turns in
 * slices of a few milliseconds, and what is reported is the median over the pairs of slices: of
 * A's time, of B's time (both in microseconds per operation) and of their ratio. Within a slice of
 * one thread the median of its batches counts, which does not see that others had the CPU for a
 * while.
 *
 * OPERATION     A and B are
 *     pread     files; read at offset 0 of a descriptor that stays open
 *     openread  files; open, read, close
 *     write     files; one line to a descriptor that stays open (A=TEXT, B=TEXT after the path)
 *     fstat     files
 *     stat      files, by path
 *     mkdir     directories, in which one directory is made and removed
 *     run       commands for /bin/sh, run once per slice
 *     mount     MOUNTPOINT=COMMAND: from exec until MOUNTPOINT/version can be read; then unmounted
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 64, MAX_PAIRS = 4096, BATCH = 8, MAX_BATCHES = 4096 };

struct side {
    char path[512];
    const char *text;
    int descriptors[MAX_THREADS];
};

struct worker {
    struct side *side;
    int number;
    long operations;
    /* What each batch took, and how many were timed. */
    double batches[MAX_BATCHES];
    int batch_count;
    pthread_t thread;
};

static const char *operation;
static int threads = 1, pairs = 101;
static double slice = 0.004;
static double slice_end;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "client: %s: %s: %s\n", operation, what, strerror(errno));
    exit(1);
}

static void once(struct side *side, int number)
{
    char buffer[8192], path[600];
    struct stat status;
    int file = side->descriptors[number];

    switch (operation[0]) {
    case 'p':
        if (pread(file, buffer, sizeof buffer, 0) <= 0)
            die(side->path);
        return;
    case 'o':
        file = open(side->path, O_RDONLY);
        if (file < 0 || read(file, buffer, sizeof buffer) <= 0 || close(file))
            die(side->path);
        return;
    case 'w':
        if (pwrite(file, side->text, strlen(side->text), 0) < 0)
            die(side->path);
        return;
    case 'f':
        if (fstat(file, &status))
            die(side->path);
        return;
    case 's':
        if (stat(side->path, &status))
            die(side->path);
        return;
    default:
        snprintf(path, sizeof path, "%s/bench%d", side->path, number);
        if (mkdir(path, 0755) || rmdir(path))
            die(path);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    double start = now(), end;

    worker->operations = 0;
    worker->batch_count = 0;
    do {
        for (int i = 0; i < BATCH; i++)
            once(worker->side, worker->number);
        worker->operations += BATCH;
        end = now();
        if (worker->batch_count < MAX_BATCHES)
            worker->batches[worker->batch_count++] = end - start;
        start = end;
    } while (end < slice_end);
    return NULL;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Microseconds per operation, all threads together. */
static double file_slice(struct side *side)
{
    static struct worker workers[MAX_THREADS];
    double start;
    long operations = 0;

    start = now();
    slice_end = start + slice;
    for (int i = 0; i < threads; i++) {
        workers[i].side = side;
        workers[i].number = i;
        if (threads == 1)
            work(&workers[0]);
        else if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
            die("thread");
    }
    for (int i = 0; i < threads; i++) {
        if (threads > 1)
            pthread_join(workers[i].thread, NULL);
        operations += workers[i].operations;
    }
    if (threads == 1)
        return median(workers[0].batches, workers[0].batch_count) * 1e6 / BATCH;
    return (now() - start) * 1e6 / operations;
}

static pid_t launch(const char *command)
{
    char text[1024], *words[32];
    int count = 0;
    pid_t child = fork();

    if (child)
        return child;
    if (!strcmp(operation, "run")) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    snprintf(text, sizeof text, "%s", command);
    for (char *word = strtok(text, " "); word && count < 31; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    execv(words[0], words);
    _exit(127);
}

static double run_slice(const char *command)
{
    double start = now();
    int status;
    pid_t child = launch(command);

    if (child < 0 || waitpid(child, &status, 0) != child)
        die(command);
    if (status) {
        fprintf(stderr, "client: '%s' ended with status %d\n", command, status);
        exit(1);
    }
    return (now() - start) * 1e6;
}

static double mount_slice(struct side *side)
{
    char path[600], buffer[16];
    double start = now(), end;
    int file = -1, status;
    pid_t child = launch(side->text);

    snprintf(path, sizeof path, "%s/version", side->path);
    while (now() < start + 5) {
        file = open(path, O_RDONLY);
        if (file >= 0)
            break;
        usleep(50);
    }
    if (file < 0 || read(file, buffer, sizeof buffer) <= 0)
        die(path);
    end = now();
    close(file);
    if (umount2(side->path, 0))
        die(side->path);
    if (waitpid(child, &status, 0) != child)
        die(side->text);
    return (end - start) * 1e6;
}

static double one_slice(struct side *side)
{
    if (!strcmp(operation, "run"))
        return run_slice(side->path);
    if (!strcmp(operation, "mount"))
        return mount_slice(side);
    return file_slice(side);
}

static void prepare(struct side *side, const char *argument)
{
    char *text;

    snprintf(side->path, sizeof side->path, "%s", argument);
    if (!strcmp(operation, "run"))
        return;
    text = strchr(side->path, '=');
    if (text) {
        *text++ = 0;
        side->text = text;
    }
    if (strcmp(operation, "pread") && strcmp(operation, "write") && strcmp(operation, "fstat"))
        return;
    for (int i = 0; i < threads; i++) {
        side->descriptors[i] = open(side->path, operation[0] == 'w' ? O_WRONLY : O_RDONLY);
        if (side->descriptors[i] < 0)
            die(side->path);
    }
}

int main(int argc, char **argv)
{
    static struct side a, b;
    static double times_a[MAX_PAIRS], times_b[MAX_PAIRS], ratios[MAX_PAIRS];
    int option;

    while ((option = getopt(argc, argv, "t:n:s:")) > 0) {
        switch (option) {
        case 't': threads = atoi(optarg); break;
        case 'n': pairs = atoi(optarg); break;
        case 's': slice = atof(optarg) / 1000; break;
        default: return 2;
        }
    }
    if (argc - optind != 3 || threads < 1 || threads > MAX_THREADS || pairs < 1 ||
        pairs > MAX_PAIRS) {
        fputs("usage: client [-t THREADS] [-n PAIRS] [-s MS] OPERATION A B\n", stderr);
        return 2;
    }
    operation = argv[optind];
    prepare(&a, argv[optind + 1]);
    prepare(&b, argv[optind + 2]);
    one_slice(&a);
    one_slice(&b);
    for (int i = 0; i < pairs; i++) {
        /* Who goes first changes too. */
        if (i % 2) {
            times_b[i] = one_slice(&b);
            times_a[i] = one_slice(&a);
        } else {
            times_a[i] = one_slice(&a);
            times_b[i] = one_slice(&b);
        }
        ratios[i] = times_a[i] / times_b[i];
    }
    printf("%.3f %.3f %.3f\n", median(times_a, pairs), median(times_b, pairs),
        median(ratios, pairs));
    return 0;
}
