/* What one client's requests cost another one.
 *
 *     others [-n PAIRS] FILE READ COMMAND...
 *
 * COMMAND reads something again and again; it is stopped and goes on in turns of some milliseconds.
 * FILE is read meanwhile. Printed are the 90th percentile of the time of a read beside the running
 * COMMAND and without it, in microseconds, and their ratio: each the median over the turns.
 * READ is 1 to read a descriptor that stays open, 0 to open FILE for each read.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PAIRS = 4096, MAX_READS = 65536 };

static const double turn = 0.02;
static double reads[MAX_READS];

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The 90th percentile of one turn, in microseconds. */
static double percentile(const char *path, int stays_open)
{
    int count = 0, file = open(path, O_RDONLY);
    double end = now() + turn, start = now();
    char text[65536];

    while (start < end && count < MAX_READS) {
        int used = stays_open ? file : open(path, O_RDONLY);

        if (used < 0 || pread(used, text, sizeof text, 0) < 0) {
            perror(path);
            exit(1);
        }
        if (!stays_open)
            close(used);
        double done = now();
        reads[count++] = (done - start) * 1e6;
        start = done;
    }
    close(file);
    qsort(reads, count, sizeof *reads, ascending);
    return reads[count * 9 / 10];
}

static double median(double *values, int count)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

int main(int argc, char **argv)
{
    static double with[MAX_PAIRS], without[MAX_PAIRS], ratios[MAX_PAIRS];
    int pairs = 101, option;
    struct timespec moment = { 0, 2000000 };
    pid_t other;

    while ((option = getopt(argc, argv, "+n:")) == 'n')
        pairs = atoi(optarg) < MAX_PAIRS ? atoi(optarg) : MAX_PAIRS;
    if (option != -1 || argc - optind < 3)
        return 2;
    const char *path = argv[optind];
    int stays_open = atoi(argv[optind + 1]);

    other = fork();
    if (other == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[optind + 2], argv + optind + 2);
        perror(argv[optind + 2]);
        _exit(127);
    }
    for (int i = 0; i < pairs; i++) {
        kill(other, SIGCONT);
        nanosleep(&moment, NULL);
        with[i] = percentile(path, stays_open);
        kill(other, SIGSTOP);
        nanosleep(&moment, NULL);
        without[i] = percentile(path, stays_open);
        ratios[i] = with[i] / without[i];
    }
    if (waitpid(other, NULL, WNOHANG) != 0) {
        fprintf(stderr, "%s has ended\n", argv[optind + 2]);
        return 1;
    }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    printf("%.3f %.3f %.3f\n", median(with, pairs), median(without, pairs), median(ratios, pairs));
    return 0;
}
