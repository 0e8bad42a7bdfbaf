/* A process that asks the kernel what another user may monitor. */
#ifndef CPERF_PROBE_H
#define CPERF_PROBE_H

#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/types.h>

#define CPERF_PROBE_GROUPS 64

/* Who asks, and for what. */
struct cperf_probe_request {
	uint32_t uid;
	uint32_t gid;
	uint32_t group_count;
	uint32_t groups[CPERF_PROBE_GROUPS];
	/* The only effective capabilities, bit CAP_x for capability x. */
	uint64_t capabilities;
	int32_t tid;
	int32_t cpu;
	struct perf_event_attr attr;
};

/* What the kernel said: an errno, 0 for yes. */
struct cperf_probe_answer {
	/* Of taking on the client's identity. */
	int32_t identity_error;
	/* Of perf_event_open(2). */
	int32_t open_error;
};

/*
 * Starts the process; it lives until the other end of the socket is closed. Returns its id and
 * stores the socket, or -1 and errno. The process sends no SIGCHLD: wait for it with __WALL.
 */
pid_t cperf_probe_spawn(int *socket);

#endif
