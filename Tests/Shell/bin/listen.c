/* Waits for a file as a C program does, and reads from it; prints what came of each step.
 *
 *     listen FILE STEP...
 *
 *     poll=MS, select=MS, epoll=MS     waits: the names of what is reported, or `nothing`
 *     edge=MS      the same with an edge-triggered epoll, kept from one such step to the next
 *     nonblock     sets O_NONBLOCK; `block` clears it
 *     read=SIZE    reads once: the number of bytes, or the name of the errno
 *     message      reads one binary message: its fields, by the names of struct pfarg_ovfl_msg
 *     line         reads once and prints the first line
 *     usr1         waits until SIGUSR1 arrives
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

/* As in perfmon2 2.5; the thread's id is in msg_ovfl_pid, and the process's in msg_ovfl_tid. */
struct message {
    uint32_t msg_type;
    uint32_t msg_ovfl_pid;
    uint64_t msg_ovfl_pmds[4];
    uint16_t msg_active_set;
    uint16_t msg_ovfl_cpu;
    uint32_t msg_ovfl_tid;
    uint64_t msg_ovfl_ip;
};

static int file, edges = -1;

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void say(short events)
{
    printf("%s%s%s%s%s\n", events & POLLIN ? "in" : "", events & POLLOUT ? "out" : "",
           events & POLLHUP ? "hup" : "", events & POLLERR ? "err" : "", events ? "" : "nothing");
}

static void do_poll(int milliseconds)
{
    struct pollfd entry = { file, POLLIN | POLLOUT, 0 };

    if (poll(&entry, 1, milliseconds) < 0)
        fail("poll");
    say(entry.revents);
}

static void do_select(int milliseconds)
{
    struct timeval left = { milliseconds / 1000, milliseconds % 1000 * 1000 };
    fd_set set;
    int count;

    FD_ZERO(&set);
    FD_SET(file, &set);
    count = select(file + 1, &set, NULL, NULL, &left);
    if (count < 0)
        fail("select");
    say(count > 0 ? POLLIN : 0);
}

static void do_epoll(int milliseconds, int is_edge)
{
    struct epoll_event event = { EPOLLIN | (is_edge ? EPOLLET : 0), { 0 } };
    int count, set = is_edge ? edges : -1;

    if (set < 0) {
        set = epoll_create1(0);
        if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, file, &event))
            fail("epoll_ctl");
        if (is_edge)
            edges = set;
    }
    count = epoll_wait(set, &event, 1, milliseconds);
    if (count < 0)
        fail("epoll_wait");
    say(count ? (short)event.events : 0);
    if (!is_edge)
        close(set);
}

static void set_flag(int flag, int on)
{
    int flags = fcntl(file, F_GETFL);

    if (fcntl(file, F_SETFL, on ? flags | flag : flags & ~flag))
        fail("fcntl");
}

static void do_read(size_t size)
{
    char *buffer = malloc(size + 1);
    ssize_t got = read(file, buffer, size);

    if (got < 0)
        puts(strerrorname_np(errno));
    else
        printf("%zd\n", got);
    free(buffer);
}

static void do_message(void)
{
    struct message message;
    ssize_t got = read(file, &message, sizeof message);

    if (got < 0)
        puts(strerrorname_np(errno));
    else if (got != sizeof message)
        printf("short %zd\n", got);
    else
        printf("type=%u pid=%u tid=%u pmds=%llx set=%u ip=%d rest=%llx\n", message.msg_type,
               message.msg_ovfl_pid, message.msg_ovfl_tid,
               (unsigned long long)message.msg_ovfl_pmds[0], message.msg_active_set,
               message.msg_ovfl_ip != 0,
               (unsigned long long)(message.msg_ovfl_pmds[1] | message.msg_ovfl_pmds[2] |
                                    message.msg_ovfl_pmds[3]));
}

static void do_line(void)
{
    char buffer[4097];
    ssize_t got = read(file, buffer, sizeof buffer - 1);

    if (got < 0) {
        puts(strerrorname_np(errno));
        return;
    }
    buffer[got] = 0;
    buffer[strcspn(buffer, "\n")] = 0;
    puts(got ? buffer : "end of file");
}

static void wait_for_signal(void)
{
    sigset_t set;
    int which;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigwait(&set, &which);
}

int main(int argc, char **argv)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 2)
        return 2;
    file = open(argv[1], O_RDONLY);
    if (file < 0)
        fail(argv[1]);
    for (argv += 2; *argv; argv++) {
        char *text = strchr(*argv, '=');
        int number = text ? atoi(text + 1) : 0;
        size_t length = text ? (size_t)(text - *argv) : strlen(*argv);
#define IS(name) (length == strlen(name) && !strncmp(*argv, name, length))
        if (IS("poll"))
            do_poll(number);
        else if (IS("select"))
            do_select(number);
        else if (IS("epoll"))
            do_epoll(number, 0);
        else if (IS("edge"))
            do_epoll(number, 1);
        else if (IS("nonblock"))
            set_flag(O_NONBLOCK, 1);
        else if (IS("block"))
            set_flag(O_NONBLOCK, 0);
        else if (IS("read"))
            do_read((size_t)number);
        else if (IS("message"))
            do_message();
        else if (IS("line"))
            do_line();
        else if (IS("usr1"))
            wait_for_signal();
        else
            fail(*argv);
    }
    return 0;
}
