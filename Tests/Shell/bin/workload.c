/* A program whose events are known in advance.
 *
 *     workload STEP...
 *
 * Steps run in order. What they need (code, stack, C library) is touched before the first one, so
 * that a counter which is started during `wait` sees exactly what the steps say.
 *
 *     faults=N     N minor page faults
 *     churn=MS     page faults without a pause for MS milliseconds of CPU time; prints how many
 *     getppid=N    N getppid system calls
 *     store=N      N stores to one 8-byte variable; `address` prints where it is
 *     naps=N       N short sleeps, each at least one voluntary context switch
 *     spin=MS      MS milliseconds of the thread's own CPU time
 *     sleep=MS     MS milliseconds asleep
 *     wait         until SIGUSR1 arrives; at the Nth wait the program's name is waitingN
 *     block=N, unblock=N   keeps signal N off, or no longer
 *     thread=STEP  STEP in a second thread, to its end
 *     aside=STEP   a second thread, which does STEP when SIGUSR2 arrives, while the steps go on
 *     poke         sends SIGUSR2 to itself
 *     leave        ends the first thread while others go on
 *     again=STEP   replaces the program by itself with STEP, in whatever thread
 *     fork=STEP    STEP in a child process, to its end
 *     storm=N[,M]  N child processes one after the other, as fast as it can, with M faults each
 *     exec         replaces the program: the next arguments are the command
 *     address, pid, tid    print the number
 *     exit=N       ends with status N
 *     signal=N     ends itself by signal N
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile long watched;

static void say(long number)
{
    printf("%ld\n", number);
    fflush(stdout);
}

static void step(char **words);

static void faults(long count)
{
    const long page = 4096;
    char *area;

    if (count == 0)
        return;
    area = mmap(NULL, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) {
        perror("workload: mmap");
        exit(2);
    }
    /* A huge page would answer for many. */
    madvise(area, count * page, MADV_NOHUGEPAGE);
    for (long i = 0; i < count; i++)
        area[i * page] = 1;
    munmap(area, count * page);
}

static void nap(long nanoseconds)
{
    struct timespec left = { nanoseconds / 1000000000, nanoseconds % 1000000000 };

    while (nanosleep(&left, &left))
        ;
}

static void spin(long milliseconds)
{
    struct timespec now;
    long end;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    end = now.tv_sec * 1000000000 + now.tv_nsec + milliseconds * 1000000;
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while (now.tv_sec * 1000000000 + now.tv_nsec < end);
}

static long churn(long milliseconds)
{
    long done = 0;
    struct timespec now;
    long end;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    end = now.tv_sec * 1000000000 + now.tv_nsec + milliseconds * 1000000;
    do {
        faults(16);
        done += 16;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while (now.tv_sec * 1000000000 + now.tv_nsec < end);
    return done;
}

static void wait_for_signal(void)
{
    static char name[] = "waiting0";
    sigset_t set;
    int which;

    name[sizeof name - 2]++;
    prctl(PR_SET_NAME, name);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigwait(&set, &which);
}

static void mask(int how, int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(how, &set, NULL);
}

static void *thread_main(void *word)
{
    char *words[] = { word, NULL };

    step(words);
    return NULL;
}

static void *aside_main(void *word)
{
    sigset_t set;
    int which;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigwait(&set, &which);
    return thread_main(word);
}

static void in_thread(char *word)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, thread_main, word) || pthread_join(thread, NULL))
        exit(2);
}

static void in_child(char *word)
{
    pid_t child = fork();

    if (child == 0) {
        char *words[] = { word, NULL };

        step(words);
        _exit(0);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child)
        exit(2);
}

static void storm(char *text)
{
    long count = strtol(text, &text, 10), each = *text ? atol(text + 1) : 0;

    while (count-- > 0) {
        pid_t child = fork();

        if (child == 0) {
            faults(each);
            _exit(0);
        }
        if (child < 0 || waitpid(child, NULL, 0) != child)
            exit(2);
    }
}

static void step(char **words)
{
    char *word = words[0], *text = strchr(word, '=');
    size_t length = text ? (size_t)(text - word) : strlen(word);
    long number;
    pthread_t thread;

    text = text ? text + 1 : "";
    number = atol(text);
#define IS(name) (length == strlen(name) && !strncmp(word, name, length))
    if (IS("faults")) {
        faults(number);
    } else if (IS("churn")) {
        say(churn(number));
    } else if (IS("getppid")) {
        for (long i = 0; i < number; i++)
            syscall(SYS_getppid);
    } else if (IS("store")) {
        for (long i = 0; i < number; i++)
            watched = i;
    } else if (IS("naps")) {
        for (long i = 0; i < number; i++)
            nap(100000);
    } else if (IS("spin")) {
        spin(number);
    } else if (IS("sleep")) {
        nap(number * 1000000);
    } else if (IS("wait")) {
        wait_for_signal();
    } else if (IS("block")) {
        mask(SIG_BLOCK, (int)number);
    } else if (IS("unblock")) {
        mask(SIG_UNBLOCK, (int)number);
    } else if (IS("thread")) {
        in_thread(text);
    } else if (IS("aside")) {
        mask(SIG_BLOCK, SIGUSR2);
        if (pthread_create(&thread, NULL, aside_main, text))
            exit(2);
    } else if (IS("poke")) {
        kill(getpid(), SIGUSR2);
    } else if (IS("leave")) {
        pthread_exit(NULL);
    } else if (IS("again")) {
        execl("/proc/self/exe", "workload", text, NULL);
        perror("workload: exec");
        exit(127);
    } else if (IS("fork")) {
        in_child(text);
    } else if (IS("storm")) {
        storm(text);
    } else if (IS("exec")) {
        execvp(words[1], words + 1);
        perror(words[1]);
        exit(127);
    } else if (IS("address")) {
        say((long)&watched);
    } else if (IS("pid")) {
        say(getpid());
    } else if (IS("tid")) {
        say(syscall(SYS_gettid));
    } else if (IS("exit")) {
        exit((int)number);
    } else if (IS("signal")) {
        signal((int)number, SIG_DFL);
        kill(getpid(), (int)number);
        pause();
    } else {
        fprintf(stderr, "workload: unknown step '%s'\n", word);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    sigset_t set;

    (void)argc;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);

    faults(1);
    syscall(SYS_getppid);
    watched = 0;
    nap(1);
    spin(0);
    for (argv++; *argv; argv++)
        step(argv);
    return 0;
}
