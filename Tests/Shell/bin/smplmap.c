/* Reads a sampling buffer of the default format as perfmon2's clients did: through the original
 * structures, in a mapping or with pread.
 *
 *     smplmap map FILE COUNT MS        maps the file read-only (shared) and watches hdr_count until
 *                                      it is COUNT, for MS milliseconds at most
 *     smplmap private FILE COUNT MS    the same with a private mapping
 *     smplmap pread FILE COUNT MS      the same with one pread after the other
 *     smplmap hold FILE                maps the file, touches all of it, waits for SIGUSR1, touches
 *                                      it again
 *     smplmap writable FILE            tries a shared mapping that can be written
 *     smplmap cycles DIR N FORMAT      N times: makes the context DIR, writes FORMAT to smpl_fmt,
 *                                      maps the buffer and reads the header, removes the context
 *
 * While it watches it checks what a client relies on: the header counts no entry that is not there
 * yet. It prints `count=N offs=N overflows=N size=N min=N version=N flags=N seen=N`, where `seen` is
 * how many different counts were seen, and then a line for each entry; entries have VALUES values
 * each (environment, 0). Each count that it sees goes to standard error at once, the first being 0.
 * The exit status is 1 when the count was not reached, 3 when an entry was
 * wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct pfm_dfl_smpl_hdr {
    uint64_t hdr_count;
    uint64_t hdr_cur_offs;
    uint64_t hdr_overflows;
    uint64_t hdr_buf_size;
    uint64_t hdr_min_buf_space;
    uint32_t hdr_version;
    uint32_t hdr_buf_flags;
    uint64_t hdr_reserved[10];
};

struct pfm_dfl_smpl_entry {
    uint32_t pid;
    uint16_t ovfl_pmd;
    uint16_t reserved;
    uint64_t last_reset_val;
    uint64_t ip;
    uint64_t tstamp;
    uint16_t cpu;
    uint16_t set;
    uint32_t tgid;
};

_Static_assert(sizeof(struct pfm_dfl_smpl_hdr) == 128, "header");
_Static_assert(sizeof(struct pfm_dfl_smpl_entry) == 40, "entry");

static long values;
static char *area;
static size_t size;

static void die(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(2);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t entry_size(void)
{
    return sizeof(struct pfm_dfl_smpl_entry) + 8 * values;
}

/* An entry that the header counts has a thread, a process and a time not before the last one's. */
static void check_entries(uint64_t from, uint64_t count)
{
    static uint64_t last;

    for (uint64_t i = from; i < count; i++) {
        struct pfm_dfl_smpl_entry entry;

        memcpy(&entry, area + sizeof(struct pfm_dfl_smpl_hdr) + i * entry_size(), sizeof entry);
        if (entry.pid == 0 || entry.tgid == 0 || entry.tstamp == 0 || entry.tstamp < last) {
            printf("entry %" PRIu64 " of %" PRIu64 " is counted but not there: pid=%u tstamp=%"
                   PRIu64 "\n", i, count, entry.pid, entry.tstamp);
            exit(3);
        }
        last = entry.tstamp;
    }
}

static void print(uint64_t seen)
{
    const struct pfm_dfl_smpl_hdr *hdr = (const void *)area;

    printf("count=%" PRIu64 " offs=%" PRIu64 " overflows=%" PRIu64 " size=%" PRIu64 " min=%" PRIu64
           " version=%#x flags=%#x seen=%" PRIu64 "\n",
           hdr->hdr_count, hdr->hdr_cur_offs, hdr->hdr_overflows, hdr->hdr_buf_size,
           hdr->hdr_min_buf_space, hdr->hdr_version, hdr->hdr_buf_flags, seen);
    for (uint64_t i = 0; i < hdr->hdr_count; i++) {
        const char *place = area + sizeof *hdr + i * entry_size();
        struct pfm_dfl_smpl_entry entry;

        memcpy(&entry, place, sizeof entry);
        printf("time=%" PRIu64 " pid=%u tid=%u cpu=%u ip=0x%" PRIx64 " set=%u pmd=%u last_reset=%"
               PRIu64 "\n",
               entry.tstamp, entry.tgid, entry.pid, entry.cpu, entry.ip, entry.set, entry.ovfl_pmd,
               entry.last_reset_val);
    }
}

static void watch(int file, int reads, uint64_t wanted, long milliseconds)
{
    volatile struct pfm_dfl_smpl_hdr *hdr = (volatile void *)area;
    const long end = now_ms() + milliseconds;
    uint64_t checked = 0, seen = 0;

    fprintf(stderr, "0\n");
    for (;;) {
        uint64_t count;

        if (reads && pread(file, area, size, 0) != (ssize_t)size)
            die("pread");
        count = hdr->hdr_count;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (count != checked) {
            seen++;
            check_entries(checked, count);
            checked = count;
            fprintf(stderr, "%" PRIu64 "\n", count);
        }
        if (count >= wanted || now_ms() > end)
            break;
        usleep(reads ? 1000 : 100);
    }
    print(seen);
    exit(checked >= wanted ? 0 : 1);
}

static void cycles(const char *context, long count, const char *format)
{
    char path[4096];

    for (long i = 0; i < count; i++) {
        int file;

        if (mkdir(context, 0755))
            die("mkdir");
        snprintf(path, sizeof path, "%s/smpl_fmt", context);
        file = open(path, O_WRONLY);
        if (file < 0 || write(file, format, strlen(format)) < 0)
            die("smpl_fmt");
        close(file);
        snprintf(path, sizeof path, "%s/smpl/buffer", context);
        file = open(path, O_RDONLY);
        if (file < 0)
            die("buffer");
        area = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (area == MAP_FAILED)
            die("mmap");
        if (((struct pfm_dfl_smpl_hdr *)area)->hdr_cur_offs != 128)
            exit(3);
        /* Every other mapping outlives its context. */
        if (i % 2)
            munmap(area, 4096);
        if (rmdir(context))
            die("rmdir");
        if (i % 2 == 0)
            munmap(area, 4096);
    }
    printf("%ld cycles\n", count);
    exit(0);
}

static unsigned long touch(void)
{
    unsigned long sum = 0;

    for (size_t i = 0; i < size; i += 4096)
        sum += ((volatile unsigned char *)area)[i];
    return sum;
}

int main(int argc, char **argv)
{
    struct stat status;
    int file;

    if (argc < 3)
        return 2;
    values = getenv("VALUES") ? atol(getenv("VALUES")) : 0;
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (strcmp(argv[1], "cycles") == 0)
        cycles(argv[2], atol(argv[3]), argv[4]);
    if (strcmp(argv[1], "writable") == 0) {
        file = open(argv[2], O_RDWR);
        if (file < 0) {
            printf("open O_RDWR: %s\n", strerror(errno));
            file = open(argv[2], O_RDONLY);
        }
        area = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        printf("mmap PROT_WRITE: %s\n", area == MAP_FAILED ? strerror(errno) : "ok");
        area = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
        if (area == MAP_FAILED)
            die("mmap");
        printf("mprotect PROT_WRITE: %s\n",
               mprotect(area, 4096, PROT_READ | PROT_WRITE) ? strerror(errno) : "ok");
        return 0;
    }
    file = open(argv[2], O_RDONLY);
    if (file < 0 || fstat(file, &status))
        die(argv[2]);
    size = status.st_size;
    if (strcmp(argv[1], "pread") == 0) {
        area = malloc(size);
        watch(file, 1, atol(argv[3]), atol(argv[4]));
    }
    area = mmap(NULL, size, PROT_READ, strcmp(argv[1], "private") ? MAP_SHARED : MAP_PRIVATE, file,
                0);
    if (area == MAP_FAILED)
        die("mmap");
    close(file);
    if (strcmp(argv[1], "hold") == 0) {
        sigset_t set;
        int which;

        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        sigprocmask(SIG_BLOCK, &set, NULL);
        touch();
        printf("mapped\n");
        fflush(stdout);
        sigwait(&set, &which);
        touch();
        print(0);
        return 0;
    }
    watch(-1, 0, atol(argv[3]), atol(argv[4]));
}
