/*
 * The keeper reads nothing that comes from a client: the daemon asks it for one of two things, and
 * its children are the probes, which do as the client that they are told to be.
 */
#define _GNU_SOURCE
#include "CHelpers.h"
#include "CPrivileges.h"
#include "child.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A wish: 'P' for a probe, 'U' and a path for an unmount. */
#define PROBE 'P'
#define UNMOUNT 'U'

struct keeper_answer {
	int32_t error;
	/* Of a probe, whose socket comes along. */
	int32_t pid;
};

static int run_unmounter(const char *unmounter, const char *path)
{
	const char *words[] = { unmounter, "-u", "-q", "-z", "--", path, NULL };
	static char *const environment[] = { NULL };
	uint64_t no_signal = 0;
	int status = -1;
	pid_t child = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);

	if (child == 0) {
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signal, 0, sizeof no_signal);
		execve(unmounter, (char *const *)words, environment);
		_exit(127);
	}
	if (child < 0)
		return errno;
	while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : EPERM;
}

static int unmount(const char *unmounter, const char *path)
{
	if (umount2(path, MNT_DETACH) == 0)
		return 0;
	return errno == EPERM && *unmounter ? run_unmounter(unmounter, path) : errno;
}

static void keep(int socket, const char *unmounter)
{
	static char wish[1 + PATH_MAX];

	for (;;) {
		ssize_t size = syscall(SYS_recvfrom, socket, wish, sizeof wish, 0, 0, 0);
		struct keeper_answer answer = { 0, 0 };
		int probe = -1;

		while (waitpid(-1, NULL, __WALL | WNOHANG) > 0)
			;
		if (size == 1 && wish[0] == PROBE) {
			answer.pid = cperf_probe_spawn(&probe);
			answer.error = answer.pid < 0 ? errno : 0;
		} else if (size > 1 && wish[0] == UNMOUNT && wish[size - 1] == 0) {
			answer.error = unmount(unmounter, wish + 1);
		} else {
			return;
		}
		if (child_send(socket, &answer, sizeof answer, probe) != 0)
			return;
		if (probe >= 0)
			syscall(SYS_close, probe);
	}
}

pid_t cperf_keeper_spawn(const char *unmounter, int *socket)
{
	pid_t child = child_fork(socket);

	if (child == 0) {
		prctl(PR_SET_NAME, "pfmfs-keeper", 0, 0, 0);
		/* Others need a program with more rights than their own to unmount. */
		if (geteuid() == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
			clinux_refuse_calls(CLINUX_MAY_UNMOUNT | CLINUX_MAY_FORK |
					    CLINUX_MAY_CHANGE_USER | CLINUX_MAY_OPEN_EVENTS);
		keep(CHILD_SOCKET, unmounter);
		_exit(0);
	}
	return child;
}

static int ask(int keeper, const void *wish, size_t size, struct keeper_answer *answer, int *got)
{
	if (send(keeper, wish, size, MSG_NOSIGNAL) != (ssize_t)size)
		return -1;
	if (child_receive(keeper, answer, sizeof *answer, got) != sizeof *answer) {
		errno = EPIPE;
		return -1;
	}
	errno = answer->error;
	return answer->error == 0 ? 0 : -1;
}

pid_t cperf_keeper_probe(int keeper, int *socket)
{
	struct keeper_answer answer;
	char wish = PROBE;

	return ask(keeper, &wish, 1, &answer, socket) == 0 ? answer.pid : -1;
}

int cperf_keeper_unmount(int keeper, const char *path)
{
	struct keeper_answer answer;
	char wish[1 + PATH_MAX];
	size_t length = strnlen(path, PATH_MAX);
	int nothing;

	if (length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	wish[0] = UNMOUNT;
	memcpy(wish + 1, path, length + 1);
	return ask(keeper, wish, length + 2, &answer, &nothing);
}
