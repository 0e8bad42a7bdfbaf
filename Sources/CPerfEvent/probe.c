/*
 * Why a process, and why in C: while a thread bears a client's uid, that client may send it
 * SIGKILL, which would end the whole daemon; and after fork in a program with threads only
 * async-signal-safe code may run. Everything below the fork is system calls.
 */
#define _GNU_SOURCE
#include "CPerfProbe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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

/* The saved ids stay root's: they are the way back. */
static int become(const struct cperf_probe_request *request)
{
	if (syscall(SYS_setgroups, request->group_count, request->groups) != 0 ||
	    syscall(SYS_setresgid, request->gid, request->gid, 0) != 0 ||
	    syscall(SYS_setresuid, request->uid, request->uid, 0) != 0)
		return errno;
	return set_effective(request->capabilities);
}

static int return_to_root(void)
{
	if (syscall(SYS_setresuid, 0, 0, 0) != 0)
		return errno;
	if (set_effective(~(uint64_t)0) != 0 || syscall(SYS_setresgid, 0, 0, 0) != 0)
		return errno;
	return 0;
}

static void serve(int socket)
{
	struct cperf_probe_request request;
	struct cperf_probe_answer answer;

	while (syscall(SYS_recvfrom, socket, &request, sizeof request, 0, 0, 0) == sizeof request) {
		answer.open_error = 0;
		answer.identity_error = become(&request);
		if (answer.identity_error == 0) {
			int event = (int)syscall(SYS_perf_event_open, &request.attr, request.tid,
						 request.cpu, -1, PERF_FLAG_FD_CLOEXEC);
			if (event < 0)
				answer.open_error = errno;
			else
				syscall(SYS_close, event);
		}
		if (return_to_root() != 0)
			return;
		if (syscall(SYS_sendto, socket, &answer, sizeof answer, MSG_NOSIGNAL, 0, 0) < 0)
			return;
	}
}

pid_t cperf_probe_spawn(int *socket)
{
	int ends[2];
	uint64_t every_signal = ~(uint64_t)0;
	uint64_t before;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	/* The daemon's handlers must not run in the child: its signals stay blocked for good. */
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &every_signal, &before, sizeof before);
	child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (child == 0) {
		/* Copies of the daemon's descriptors would keep its mount and its events alive. */
		if (syscall(SYS_dup3, ends[1], 3, O_CLOEXEC) < 0 && ends[1] != 3)
			_exit(1);
		syscall(SYS_close_range, 4, ~0U, 0);
		syscall(SYS_close, 0);
		syscall(SYS_close, 1);
		syscall(SYS_close, 2);
		prctl(PR_SET_NAME, "pfmfs-probe", 0, 0, 0);
		serve(3);
		_exit(0);
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof before);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return -1;
	}
	*socket = ends[0];
	return child;
}
