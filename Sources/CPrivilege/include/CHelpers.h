/* Processes that act in the daemon's place where it must not act, or cannot: as clients, as root. */
#ifndef CPERF_PROBE_H
#define CPERF_PROBE_H

#include <limits.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/types.h>

#define CPERF_PROBE_GROUPS 64

/* What a probe is asked to do as a client. */
enum cperf_probe_kind {
	/* Open an event, and close it again. */
	CPERF_PROBE_EVENT,
	/* Open a regular file for reading, and hand the descriptor over. */
	CPERF_PROBE_FILE,
};

/* Who asks, and for what. */
struct cperf_probe_request {
	uint32_t kind;
	uint32_t uid;
	uint32_t gid;
	uint32_t group_count;
	uint32_t groups[CPERF_PROBE_GROUPS];
	/* The only effective capabilities, bit CAP_x for capability x. */
	uint64_t capabilities;
	int32_t tid;
	int32_t cpu;
	struct perf_event_attr attr;
	/* Of a file: 0 if the last part of the path may not be a symbolic link. */
	uint32_t follows_links;
	/* Of a file: up to the null byte. */
	char path[PATH_MAX];
};

/* What the kernel said: an errno, 0 for yes. */
struct cperf_probe_answer {
	/* Of taking on the client's identity. */
	int32_t identity_error;
	/* Of opening the event or the file. */
	int32_t open_error;
};

/*
 * Starts a probe; it lives until the other end of the socket is closed. Returns its id and stores
 * the socket, or -1 and errno. The process sends no SIGCHLD: wait for it with __WALL.
 */
pid_t cperf_probe_spawn(int *socket);

/*
 * Asks a probe, and waits for its answer for so many milliseconds at a time while `goes_on` says
 * so. Returns 0, or -1 when no answer came; then the probe is of no more use. `file` gets the
 * descriptor of a file, or -1.
 */
int cperf_probe_ask(int socket, const struct cperf_probe_request *request,
		    struct cperf_probe_answer *answer, int milliseconds,
		    int (*goes_on)(void *context), void *context, int *file);

/*
 * Starts the keeper: a process that keeps the privileges which the daemon gives up, for three
 * purposes: it starts probes, it removes the mount, and it ends when the daemon does. `unmounter`
 * is the path of fusermount3, for those who may not unmount by themselves; "" if there is none.
 * Returns its id and stores the socket, or -1 and errno.
 */
pid_t cperf_keeper_spawn(const char *unmounter, int *socket);

/* Lets the keeper start a probe: as cperf_probe_spawn, but the keeper waits for the process. */
pid_t cperf_keeper_probe(int keeper, int *socket);

/* Lets the keeper detach what is mounted on a path. Returns 0, or -1 and errno. */
int cperf_keeper_unmount(int keeper, const char *path);

#endif
