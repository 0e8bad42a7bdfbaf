/*
 * Why a process, and why in C: while a thread bears a client's uid, that client may send it
 * SIGKILL, which would end the whole daemon; and after fork in a program with threads only
 * async-signal-safe code may run. Everything below the fork is system calls.
 */
#define _GNU_SOURCE
#include "CHelpers.h"
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int set_effective(uint64_t capabilities)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) != 0)
		return errno;
	data[0].effective = data[0].permitted & (uint32_t)capabilities;
	data[1].effective = data[1].permitted & (uint32_t)(capabilities >> 32);
	return syscall(SYS_capset, &header, data) != 0 ? errno : 0;
}

/*
 * The saved ids stay root's: they are the way back. A process that is not root acts for itself alone, and
 * only puts the capabilities aside that the client does not have.
 */
static int become(const struct cperf_probe_request *request, int is_root)
{
	if (!is_root)
		return request->uid == geteuid() ? set_effective(request->capabilities) : EPERM;
	if (syscall(SYS_setgroups, request->group_count, request->groups) != 0 ||
	    syscall(SYS_setresgid, request->gid, request->gid, 0) != 0 ||
	    syscall(SYS_setresuid, request->uid, request->uid, 0) != 0)
		return errno;
	return set_effective(request->capabilities);
}

static int return_to_root(int is_root)
{
	if (!is_root)
		return set_effective(~(uint64_t)0);
	if (syscall(SYS_setresuid, 0, 0, 0) != 0)
		return errno;
	if (set_effective(~(uint64_t)0) != 0 || syscall(SYS_setresgid, 0, 0, 0) != 0)
		return errno;
	return 0;
}

static int open_event(struct cperf_probe_request *request)
{
	int event = (int)syscall(SYS_perf_event_open, &request->attr, request->tid, request->cpu,
				 -1, PERF_FLAG_FD_CLOEXEC);

	if (event < 0)
		return errno;
	syscall(SYS_close, event);
	return 0;
}

/*
 * What the path leads to is looked at before it is opened, for the owner of the path may have put a
 * device there, which does something when it is opened.
 */
static int open_file(const struct cperf_probe_request *request, int *file)
{
	char path[32];
	struct stat status;
	int place = (int)syscall(SYS_openat, AT_FDCWD, request->path,
				 O_PATH | O_CLOEXEC | (request->follows_links ? 0 : O_NOFOLLOW));
	int error = 0;

	if (place < 0)
		return errno;
	if (fstat(place, &status) != 0) {
		error = errno;
	} else if (!S_ISREG(status.st_mode)) {
		error = EINVAL;
	} else {
		snprintf(path, sizeof path, "/proc/self/fd/%d", place);
		*file = (int)syscall(SYS_openat, AT_FDCWD, path,
				     O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (*file < 0)
			error = errno;
	}
	syscall(SYS_close, place);
	return error;
}

static int is_whole(const struct cperf_probe_request *request, ssize_t size)
{
	ssize_t least = offsetof(struct cperf_probe_request, path);

	if (size < least || request->group_count > CPERF_PROBE_GROUPS)
		return 0;
	if (request->kind == CPERF_PROBE_FILE)
		return size > least && request->path[size - least - 1] == 0;
	return request->kind == CPERF_PROBE_EVENT && size == least;
}

static void serve(int socket)
{
	static struct cperf_probe_request request;
	const int is_root = geteuid() == 0;

	for (;;) {
		ssize_t size = syscall(SYS_recvfrom, socket, &request, sizeof request, 0, 0, 0);
		struct cperf_probe_answer answer = { 0, 0 };
		int file = -1;

		if (!is_whole(&request, size))
			return;
		answer.identity_error = become(&request, is_root);
		if (answer.identity_error == 0)
			answer.open_error = request.kind == CPERF_PROBE_FILE ?
				open_file(&request, &file) : open_event(&request);
		if (return_to_root(is_root) != 0 ||
		    child_send(socket, &answer, sizeof answer, file) != 0)
			return;
		if (file >= 0)
			syscall(SYS_close, file);
	}
}

pid_t cperf_probe_spawn(int *socket)
{
	pid_t child = child_fork(socket);

	if (child == 0) {
		prctl(PR_SET_NAME, "pfmfs-probe", 0, 0, 0);
		serve(CHILD_SOCKET);
		_exit(0);
	}
	return child;
}

int cperf_probe_ask(int socket, const struct cperf_probe_request *request,
		    struct cperf_probe_answer *answer, int milliseconds,
		    int (*goes_on)(void *context), void *context, int *file)
{
	size_t size = offsetof(struct cperf_probe_request, path);
	struct pollfd entry = { .fd = socket, .events = POLLIN };
	int ready;

	*file = -1;
	if (request->kind == CPERF_PROBE_FILE)
		size += strnlen(request->path, sizeof request->path - 1) + 1;
	if (send(socket, request, size, MSG_NOSIGNAL) != (ssize_t)size)
		return -1;
	while ((ready = poll(&entry, 1, milliseconds)) <= 0)
		if ((ready < 0 && errno != EINTR) || !goes_on(context))
			return -1;
	return child_receive(socket, answer, sizeof *answer, file) == sizeof *answer ? 0 : -1;
}
