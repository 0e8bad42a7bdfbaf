/* Reads a file in every way there is after it was written in every way there is.
 *
 *     readways alone FILE TEXT=SHOWN...      one process writes and reads
 *     readways forked FILE TEXT=SHOWN...     a child writes, the parent reads
 *     readways contended MS FILE TEXT=SHOWN...
 *                                            one process writes for so long, another one looks at
 *                                            the file's status, a third one reads
 *     readways once WAY FILE                 reads FILE in one way, to standard output
 *
 * What is read after TEXT was written must be SHOWN and a newline. While others write it must be one
 * of the texts; there sendfile(2) and splice(2) may also fail with EINVAL, which tells their callers
 * to use read(2). copy_file_range(2) to another file system always fails with EXDEV.
 * Prints what is wrong, one line each, and then how often each way gave the text and was refused.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 16, MAX_TEXTS = 16 };

static const char *path;
static int output, text_count, wrong;
static char *written[MAX_TEXTS], shown[MAX_TEXTS][256];

static void die(const char *what)
{
    fprintf(stderr, "readways: %s: %s: %s\n", path, what, strerror(errno));
    exit(2);
}

/* ---- ways to write: a line, or several of which the last counts ----------------------------- */

static int put(int flags, const char *text, off_t offset)
{
    int file = open(path, flags);
    ssize_t length;

    if (file < 0)
        die("open for writing");
    length = offset ? pwrite(file, text, strlen(text), offset) : write(file, text, strlen(text));
    if (length != (ssize_t)strlen(text))
        die("write");
    return close(file);
}

static void write_plainly(const char *line, const char *other)
{
    (void)other;
    put(O_WRONLY, line, 0);
}

static void write_truncating(const char *line, const char *other)
{
    (void)other;
    put(O_WRONLY | O_TRUNC, line, 0);
}

static void write_appending(const char *line, const char *other)
{
    (void)other;
    put(O_WRONLY | O_APPEND, line, 0);
}

static void write_far_away(const char *line, const char *other)
{
    (void)other;
    put(O_RDWR, line, 100000);
}

static void write_after_truncate(const char *line, const char *other)
{
    (void)other;
    if (truncate(path, 0))
        die("truncate");
    put(O_WRONLY, line, 0);
    if (truncate(path, 3))
        die("truncate");
}

static void write_several_lines(const char *line, const char *other)
{
    char lines[1024];

    snprintf(lines, sizeof lines, "%s%s%s", other, line, line);
    put(O_WRONLY | O_TRUNC, lines, 0);
}

static void write_several_times(const char *line, const char *other)
{
    int file = open(path, O_WRONLY | O_TRUNC);

    if (file < 0 || write(file, other, strlen(other)) < 0 || write(file, line, strlen(line)) < 0)
        die("two writes");
    if (ftruncate(file, 1) || close(file))
        die("ftruncate");
}

/* Opened for writing and truncated, and nothing was written: what was shown stays. */
static void write_and_truncate(const char *line, const char *other)
{
    (void)other;
    put(O_WRONLY, line, 0);
    close(open(path, O_WRONLY | O_TRUNC));
}

typedef void writer(const char *line, const char *other);
static const struct {
    const char *name;
    writer *write;
} writers[] = {
    {"write", write_plainly},
    {"write with O_TRUNC", write_truncating},
    {"write with O_APPEND", write_appending},
    {"write at an offset", write_far_away},
    {"truncate and write", write_after_truncate},
    {"several lines", write_several_lines},
    {"several writes", write_several_times},
    {"O_TRUNC after a write", write_and_truncate},
};

/* ---- ways to read: bytes of text, or -1 with errno ------------------------------------------- */

static ssize_t read_whole(int file, char *buffer, size_t piece)
{
    ssize_t length = 0, more;

    if (lseek(file, 0, SEEK_SET))
        return -1;
    while ((more = read(file, buffer + length, piece)) > 0)
        length += more;
    return more < 0 ? -1 : length;
}

static ssize_t by_read(int file, char *buffer)
{
    return read_whole(file, buffer, 4096);
}

static ssize_t by_bytes(int file, char *buffer)
{
    return read_whole(file, buffer, 1);
}

static ssize_t by_pread(int file, char *buffer)
{
    return pread(file, buffer, ROOM, 0);
}

static ssize_t by_status(int file, char *buffer)
{
    struct stat status;

    if (fstat(file, &status))
        return -1;
    return pread(file, buffer, status.st_size < ROOM ? status.st_size : ROOM, 0);
}

static ssize_t by_name(int file, char *buffer)
{
    struct stat status;

    if (stat(path, &status))
        return -1;
    return pread(file, buffer, status.st_size < ROOM ? status.st_size : ROOM, 0);
}

static ssize_t take(char *buffer)
{
    return pread(output, buffer, ROOM, 0);
}

static ssize_t by_sendfile(int file, char *buffer)
{
    ssize_t more;

    if (lseek(file, 0, SEEK_SET) || lseek(output, 0, SEEK_SET) || ftruncate(output, 0))
        return -1;
    while ((more = sendfile(output, file, NULL, 1 << 24)) > 0)
        ;
    return more < 0 ? -1 : take(buffer);
}

static ssize_t by_splice(int file, char *buffer)
{
    ssize_t length = 0, more;
    loff_t offset = 0;
    int ends[2];

    if (pipe(ends))
        return -1;
    while ((more = splice(file, &offset, ends[1], NULL, 32768, 0)) > 0) {
        more = read(ends[0], buffer + length, ROOM - length);
        length += more;
    }
    close(ends[0]);
    close(ends[1]);
    return more < 0 ? -1 : length;
}

static ssize_t by_copy(int file, char *buffer)
{
    loff_t offset = 0;
    ssize_t more;

    if (lseek(output, 0, SEEK_SET) || ftruncate(output, 0))
        return -1;
    while ((more = copy_file_range(file, &offset, output, NULL, 4096, 0)) > 0)
        ;
    return more < 0 ? -1 : take(buffer);
}

typedef ssize_t reader(int file, char *buffer);
static const struct {
    const char *name;
    reader *read;
    int may_refuse;
} readers[] = {
    {"read", by_read, 0},
    {"read of bytes", by_bytes, 0},
    {"pread", by_pread, 0},
    {"fstat", by_status, 0},
    {"stat", by_name, 0},
    {"sendfile", by_sendfile, EINVAL},
    {"splice", by_splice, EINVAL},
    {"copy_file_range", by_copy, EXDEV},
};

enum { WRITERS = sizeof writers / sizeof *writers, READERS = sizeof readers / sizeof *readers };

static long whole[READERS], refused[READERS];

/* ---- what must come of it ------------------------------------------------------------------- */

static int is_text(const char *buffer, ssize_t length, int number)
{
    return length == (ssize_t)strlen(shown[number]) && !memcmp(buffer, shown[number], length);
}

/* Reads once; `number` is the text that must be shown, -1 any of them. */
static void check(int file, int way, int number, int may_refuse, const char *when)
{
    static char buffer[ROOM];
    ssize_t length = readers[way].read(file, buffer);

    if (length < 0 && errno == (may_refuse ? readers[way].may_refuse : EXDEV) &&
        readers[way].may_refuse) {
        refused[way]++;
        return;
    }
    if (number >= 0 && length >= 0 && is_text(buffer, length, number)) {
        whole[way]++;
        return;
    }
    for (int i = 0; number < 0 && i < text_count; i++) {
        if (length >= 0 && is_text(buffer, length, i)) {
            whole[way]++;
            return;
        }
    }
    wrong++;
    if (length < 0) {
        printf("%s by %s: %s\n", when, readers[way].name, strerrorname_np(errno));
        return;
    }
    printf("%s by %s: %zd bytes:", when, readers[way].name, length);
    for (ssize_t i = 0; i < length && i < 40; i++)
        printf(buffer[i] < ' ' ? " \\%o" : "%c", buffer[i]);
    puts("");
}

static void write_it(int way, int number, int forked)
{
    int other = (number + 1) % text_count, status;
    char line[256], before[256];
    pid_t child = 0;

    snprintf(line, sizeof line, "%s\n", written[number]);
    snprintf(before, sizeof before, "%s\n", written[other]);
    if (forked) {
        child = fork();
        if (child) {
            if (waitpid(child, &status, 0) != child || status)
                die("a child that writes");
            return;
        }
    }
    writers[way].write(line, before);
    if (forked)
        _exit(0);
}

static void walk(int forked)
{
    char when[200];

    /* In turn by a descriptor of its own, and by one that was open before. */
    for (int kept = 0; kept < 2; kept++) {
        for (int in = 0; in < WRITERS; in++) {
            for (int out = 0; out < READERS; out++) {
                int file = kept ? open(path, O_RDONLY) : -1;

                for (int number = 0; number < text_count; number++) {
                    write_it(in, number, forked);
                    if (!kept)
                        file = open(path, O_RDONLY);
                    if (file < 0)
                        die("open for reading");
                    snprintf(when, sizeof when, "'%s' after %s, %s", written[number],
                        writers[in].name, kept ? "descriptor kept" : "opened anew");
                    check(file, out, number, 0, when);
                    if (!kept)
                        close(file);
                }
                if (kept)
                    close(file);
            }
        }
    }
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void contend(double seconds)
{
    double end = now() + seconds;
    pid_t writer = fork(), looker = writer ? fork() : 1;
    struct stat status;
    int file = -1;

    if (!writer || !looker) {
        for (unsigned turn = 0; now() < end; turn++) {
            if (!writer)
                write_it(turn % WRITERS, turn / WRITERS % text_count, 0);
            else if (stat(path, &status))
                _exit(1);
        }
        _exit(0);
    }
    for (unsigned turn = 0; now() < end; turn++) {
        if (file < 0 || turn % 3 == 0) {
            close(file);
            file = open(path, O_RDONLY);
        }
        check(file, turn % READERS, -1, 1, "while others write");
    }
    for (int i = 0; i < 2; i++) {
        int status;

        if (wait(&status) < 0 || status) {
            puts("a process beside has failed");
            wrong++;
        }
    }
}

static int once(const char *way)
{
    static char buffer[ROOM];
    int file = open(path, O_RDONLY);

    for (int i = 0; i < READERS; i++) {
        if (!strcmp(way, readers[i].name)) {
            ssize_t length = readers[i].read(file, buffer);

            if (length < 0)
                puts(strerrorname_np(errno));
            else
                fwrite(buffer, 1, length, stdout);
            return length < 0;
        }
    }
    return 2;
}

int main(int argc, char **argv)
{
    int is_contended = argc > 3 && !strcmp(argv[1], "contended");
    char **words = argv + 2 + is_contended;
    char name[] = "readways.XXXXXX";

    output = mkstemp(name);
    if (output < 0 || argc < 4) {
        fputs("usage: readways alone|forked|contended MS|once WAY FILE [TEXT=SHOWN...]\n", stderr);
        return 2;
    }
    unlink(name);
    if (!strcmp(argv[1], "once")) {
        path = argv[3];
        return once(argv[2]);
    }
    path = *words++;
    for (; *words && text_count < MAX_TEXTS; words++, text_count++) {
        char *after = strchr(*words, '=');

        if (!after)
            return 2;
        *after++ = 0;
        written[text_count] = *words;
        snprintf(shown[text_count], sizeof *shown, "%s\n", after);
    }
    if (is_contended)
        contend(atof(argv[2]) / 1000);
    else
        walk(!strcmp(argv[1], "forked"));
    for (int i = 0; i < READERS; i++)
        printf("%s: %ld whole, %ld refused\n", readers[i].name, whole[i], refused[i]);
    return wrong != 0;
}
