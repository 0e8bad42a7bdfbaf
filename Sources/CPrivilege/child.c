#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

pid_t child_fork(int *socket)
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
		if (ends[1] != CHILD_SOCKET && syscall(SYS_dup3, ends[1], CHILD_SOCKET, O_CLOEXEC) < 0)
			_exit(1);
		syscall(SYS_close_range, CHILD_SOCKET + 1, ~0U, 0);
		syscall(SYS_close, 0);
		syscall(SYS_close, 1);
		syscall(SYS_close, 2);
		syscall(SYS_chdir, "/");
		return 0;
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

/* Room for one descriptor beside a message. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int child_send(int socket, const void *message, size_t size, int descriptor)
{
	union control control;
	struct iovec piece = { (void *)message, size };
	struct msghdr packet = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (descriptor >= 0) {
		memset(&control, 0, sizeof control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof descriptor);
		memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
		packet.msg_control = &control;
		packet.msg_controllen = sizeof control.bytes;
	}
	return syscall(SYS_sendmsg, socket, &packet, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

ssize_t child_receive(int socket, void *message, size_t size, int *descriptor)
{
	union control control;
	struct iovec piece = { message, size };
	struct msghdr packet = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.bytes,
	};
	ssize_t got;

	*descriptor = -1;
	memset(&control, 0, sizeof control);
	do
		got = syscall(SYS_recvmsg, socket, &packet, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got >= 0 && packet.msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control.header.cmsg_level == SOL_SOCKET && control.header.cmsg_type == SCM_RIGHTS)
		memcpy(descriptor, CMSG_DATA(&control.header), sizeof(int));
	return got;
}
