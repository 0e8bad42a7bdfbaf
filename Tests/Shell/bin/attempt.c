/* Makes one system call and prints how it ended: `ok`, or the name of the errno.
 *
 * Shells do not tell: dash prints "I/O error" whatever the errno of a failed write is.
 *
 *     attempt write FILE [TEXT]     opens as `>` does, and writes TEXT (or standard input) at once
 *     attempt append FILE TEXT      opens as `>>` does
 *     attempt open FILE             for reading
 *     attempt openrw FILE           for reading and writing
 *     attempt read FILE             opens and reads once
 *     attempt pread FILE OFFSET     opens and reads once, there
 *     attempt create FILE           open with O_CREAT | O_EXCL
 *     attempt truncate FILE LENGTH, mkdir DIR, rmdir DIR, unlink FILE, stat FILE
 *     attempt rename OLD NEW, link OLD NEW, symlink TEXT NEW, mknod FILE, mkfifo FILE
 *     attempt chmod FILE MODE, chown FILE UID GID, mmap FILE
 *     attempt touch FILE            maps the file privately and reads a byte; may print SIGBUS
 *     attempt poll FILE MS          waits until the file has something, prints `ready` or `timeout`
 *     attempt setxattr FILE, getxattr FILE, flock FILE, chattr FILE, direct FILE (one O_DIRECT read)
 *     attempt sendfile FILE, splice FILE, copy_file_range FILE   to standard output, whole
 *     attempt reread FILE N         prints the first line of N reads at offset 0 of one descriptor
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static char buffer[1 << 20];

static int finish(int failed)
{
    puts(failed ? strerrorname_np(errno) : "ok");
    return failed;
}

static int write_all(const char *path, int flags, const char *text)
{
    size_t length;
    ssize_t written;
    int file = open(path, O_WRONLY | flags);

    if (file < 0)
        return finish(1);
    if (text) {
        length = strlen(text);
    } else {
        length = fread(buffer, 1, sizeof buffer, stdin);
        text = buffer;
    }
    written = write(file, text, length);
    if (written < 0)
        return finish(1);
    if ((size_t)written != length) {
        printf("short %zd of %zu\n", written, length);
        return 1;
    }
    return finish(close(file) != 0);
}

static int wait_for(const char *path, int milliseconds)
{
    struct pollfd file = { .fd = open(path, O_RDONLY | O_NONBLOCK), .events = POLLIN | POLLPRI };
    int ready;

    if (file.fd < 0)
        return finish(1);
    ready = poll(&file, 1, milliseconds);
    if (ready < 0)
        return finish(1);
    puts(ready ? "ready" : "timeout");
    return 0;
}

static int reread(const char *path, int times)
{
    int file = open(path, O_RDONLY);

    if (file < 0)
        return finish(1);
    while (times-- > 0) {
        ssize_t got = pread(file, buffer, sizeof buffer - 1, 0);

        if (got < 0)
            return finish(1);
        buffer[got] = 0;
        buffer[strcspn(buffer, "\n")] = 0;
        puts(buffer);
    }
    return 0;
}

static int open_and(const char *path, int flags, off_t offset, int read_too)
{
    int file = open(path, flags, 0644);

    if (file < 0)
        return finish(1);
    return finish(read_too && pread(file, buffer, sizeof buffer, offset) < 0);
}

static int map(const char *path)
{
    int file = open(path, O_RDONLY);

    if (file < 0)
        return finish(1);
    return finish(mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED);
}

static void bus_error(int number)
{
    (void)number;
    (void)!write(STDOUT_FILENO, "SIGBUS\n", 7);
    _exit(1);
}

static int touch(const char *path)
{
    int file = open(path, O_RDONLY);
    volatile char *page;

    if (file < 0)
        return finish(1);
    page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);
    if (page == MAP_FAILED)
        return finish(1);
    signal(SIGBUS, bus_error);
    (void)page[0];
    return finish(0);
}

/* Moves a whole file to standard output inside the kernel, and prints nothing if that went well. */
static int move(const char *call, const char *path)
{
    int file = open(path, O_RDONLY);
    ssize_t moved = 1;

    if (file < 0)
        return finish(1);
    while (moved > 0) {
        if (!strcmp(call, "sendfile"))
            moved = sendfile(STDOUT_FILENO, file, NULL, 4096);
        else if (!strcmp(call, "splice"))
            moved = splice(file, NULL, STDOUT_FILENO, NULL, 4096, 0);
        else
            moved = copy_file_range(file, NULL, STDOUT_FILENO, NULL, 4096, 0);
    }
    return moved < 0 ? finish(1) : 0;
}

static int control(const char *path, int flags)
{
    int file = open(path, O_RDONLY), attributes = flags;

    if (file < 0)
        return finish(1);
    return finish(ioctl(file, FS_IOC_SETFLAGS, &attributes) < 0);
}

int main(int argc, char **argv)
{
    const char *call = argc > 2 ? argv[1] : "", *path = argc > 2 ? argv[2] : "";
    const char *more = argc > 3 ? argv[3] : NULL, *last = argc > 4 ? argv[4] : "0";

#define IS(name) (!strcmp(call, name))
    if (IS("write"))
        return write_all(path, O_TRUNC, more);
    if (IS("open"))
        return open_and(path, O_RDONLY, 0, 0);
    if (IS("openrw"))
        return open_and(path, O_RDWR, 0, 0);
    if (IS("read"))
        return open_and(path, O_RDONLY, 0, 1);
    if (IS("create"))
        return open_and(path, O_WRONLY | O_CREAT | O_EXCL, 0, 0);
    if (IS("mkdir"))
        return finish(mkdir(path, 0755));
    if (IS("rmdir"))
        return finish(rmdir(path));
    if (IS("unlink"))
        return finish(unlink(path));
    if (IS("mknod"))
        return finish(mknod(path, S_IFREG | 0644, 0));
    if (IS("mkfifo"))
        return finish(mkfifo(path, 0644));
    if (IS("mmap"))
        return map(path);
    if (IS("touch"))
        return touch(path);
    if (IS("setxattr"))
        return finish(setxattr(path, "user.pfmfs", "x", 1, 0));
    if (IS("getxattr"))
        return finish(getxattr(path, "user.pfmfs", buffer, sizeof buffer) < 0);
    if (IS("flock"))
        return finish(flock(open(path, O_RDONLY), LOCK_EX | LOCK_NB));
    if (IS("chattr"))
        return control(path, FS_IMMUTABLE_FL);
    if (IS("direct"))
        return open_and(path, O_RDONLY | O_DIRECT, 0, 1);
    if (IS("sendfile") || IS("splice") || IS("copy_file_range"))
        return move(call, path);
    if (IS("stat")) {
        struct stat status;

        return finish(stat(path, &status));
    }
    if (more) {
        if (IS("append"))
            return write_all(path, O_APPEND, more);
        if (IS("pread"))
            return open_and(path, O_RDONLY, atoll(more), 1);
        if (IS("truncate"))
            return finish(truncate(path, atoll(more)));
        if (IS("rename"))
            return finish(rename(path, more));
        if (IS("link"))
            return finish(link(path, more));
        if (IS("symlink"))
            return finish(symlink(path, more));
        if (IS("chmod"))
            return finish(chmod(path, (mode_t)strtol(more, NULL, 8)));
        if (IS("chown"))
            return finish(chown(path, (uid_t)atoll(more), (gid_t)atoll(last)));
        if (IS("poll"))
            return wait_for(path, atoi(more));
        if (IS("reread"))
            return reread(path, atoi(more));
    }
    fputs("attempt: bad usage\n", stderr);
    return 2;
}
