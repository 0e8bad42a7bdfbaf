/* Gives commands as the tracer of a thread, for rules that ask who has stopped it.
 *
 *     trace TID [STEP...]
 *
 * TID is traced and stopped at first, and let go of at the end.
 *
 *     run              lets the thread run on, traced
 *     stop             stops it again
 *     FILE=TEXT        writes TEXT and a newline to FILE; prints `ok`, or the name of the errno
 *     FILE             reads FILE once; prints its first line, or the name of the errno
 *     hold             waits until it is ended from outside
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void finish(ssize_t result, const char *text)
{
    puts(result < 0 ? strerrorname_np(errno) : text);
    fflush(stdout);
}

static void do_write(char *path, const char *text)
{
    char line[4096];
    int length = snprintf(line, sizeof line, "%s\n", text), file = open(path, O_WRONLY);

    if (file < 0)
        fail(path);
    finish(write(file, line, length), "ok");
    close(file);
}

static void do_read(char *path)
{
    char line[4097];
    int file = open(path, O_RDONLY);
    ssize_t got;

    if (file < 0)
        fail(path);
    got = read(file, line, sizeof line - 1);
    line[got < 0 ? 0 : got] = 0;
    line[strcspn(line, "\n")] = 0;
    finish(got, line);
    close(file);
}

static void await_stop(pid_t tid)
{
    int status;

    if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
        fail("waitpid");
}

int main(int argc, char **argv)
{
    pid_t tid = argc > 1 ? atoi(argv[1]) : 0;

    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL))
        fail("ptrace");
    await_stop(tid);
    for (argv += 2; *argv; argv++) {
        char *text = strchr(*argv, '=');

        if (!strcmp(*argv, "run")) {
            if (ptrace(PTRACE_CONT, tid, NULL, NULL))
                fail("PTRACE_CONT");
        } else if (!strcmp(*argv, "stop")) {
            if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL))
                fail("PTRACE_INTERRUPT");
            await_stop(tid);
        } else if (!strcmp(*argv, "hold")) {
            puts("holds");
            fflush(stdout);
            pause();
        } else if (text) {
            *text = 0;
            do_write(*argv, text + 1);
        } else {
            do_read(*argv);
        }
    }
    return 0;
}
