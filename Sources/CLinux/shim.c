#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

int clinux_pidfd_open(pid_t pid, unsigned int flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

pid_t clinux_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

void clinux_syslog(int priority, const char *text)
{
	syslog(priority, "%s", text);
}

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clinux_wall_clock(void)
{
	return nanoseconds(CLOCK_REALTIME) / 1000000000u;
}

uint64_t clinux_monotonic_ns(void)
{
	return nanoseconds(CLOCK_MONOTONIC);
}

int clinux_epoll_create(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

int clinux_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int clinux_timerfd(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

int clinux_epoll_add(int epoll, int descriptor, uint64_t data)
{
	struct epoll_event event = { .events = EPOLLIN, .data = { .u64 = data } };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_epoll_remove(int epoll, int descriptor)
{
	return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int clinux_epoll_wait(int epoll, uint64_t *data, int capacity, int milliseconds)
{
	struct epoll_event events[64];
	int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, milliseconds);

	for (int i = 0; i < count; i++)
		data[i] = events[i].data.u64;
	return count;
}

int clinux_timerfd_set(int timer, uint64_t nanoseconds)
{
	struct itimerspec value = {
		.it_value = { .tv_sec = (time_t)(nanoseconds / 1000000000u),
			      .tv_nsec = (long)(nanoseconds % 1000000000u) },
	};

	return timerfd_settime(timer, TFD_TIMER_ABSTIME, &value, NULL);
}

int clinux_pidfd_send_signal(int pidfd, int signal, int thread)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, thread ? 1u : 0u);
}

int clinux_thread_uids(pid_t tid, uint32_t *real, uint32_t *effective)
{
	char path[64], line[256];
	int found = -1;
	FILE *status;

	snprintf(path, sizeof path, "/proc/%d/status", tid);
	status = fopen(path, "re");
	if (!status)
		return -1;
	while (found < 0 && fgets(line, sizeof line, status))
		if (sscanf(line, "Uid: %u %u", real, effective) == 2)
			found = 0;
	fclose(status);
	if (found < 0)
		errno = ESRCH;
	return found;
}

int clinux_set_thread_name(const char *name)
{
	return prctl(PR_SET_NAME, name, 0, 0, 0);
}
