#define _GNU_SOURCE
#include "CLinux.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

int clinux_pidfd_open(pid_t pid, unsigned int flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

pid_t clinux_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

int clinux_set_thread_name(const char *name)
{
	return prctl(PR_SET_NAME, name);
}

void clinux_syslog(int priority, const char *text)
{
	syslog(priority, "%s", text);
}
