#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

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

/* <linux/nsfs.h> of Debian 12 is older than these. */
#define NS_GET_PID_FROM_PIDNS _IOR(0xb7, 0x6, int)
#define NS_GET_PID_IN_PIDNS _IOR(0xb7, 0x8, int)

pid_t clinux_thread_from_namespace(int namespace, pid_t tid)
{
	return ioctl(namespace, NS_GET_PID_FROM_PIDNS, (unsigned long)tid);
}

pid_t clinux_thread_in_namespace(int namespace, pid_t tid)
{
	return ioctl(namespace, NS_GET_PID_IN_PIDNS, (unsigned long)tid);
}

uint64_t clinux_wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec;
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

int clinux_set_thread_name(const char *name)
{
	return prctl(PR_SET_NAME, name, 0, 0, 0);
}

int clinux_effective_capabilities(pid_t tid, uint64_t *capabilities)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, tid };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) != 0)
		return -1;
	*capabilities = data[0].effective | (uint64_t)data[1].effective << 32;
	return 0;
}

int clinux_epoll_reports(int epoll, struct clinux_report *reports, int capacity)
{
	struct epoll_event events[64];
	int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, 0);

	for (int i = 0; i < count; i++) {
		reports[i].token = events[i].data.u64;
		reports[i].is_hang_up = (events[i].events & EPOLLHUP) != 0;
	}
	return count;
}

int clinux_timer_create(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

int clinux_timer_set(int timer, uint64_t first, uint64_t interval)
{
	struct itimerspec time = {
		.it_value = { (time_t)(first / 1000000000), (long)(first % 1000000000) },
		.it_interval = { (time_t)(interval / 1000000000), (long)(interval % 1000000000) },
	};

	return timerfd_settime(timer, 0, &time, 0);
}

uint64_t clinux_timer_left(int timer)
{
	struct itimerspec time;

	if (timerfd_gettime(timer, &time) != 0)
		return 0;
	return (uint64_t)time.it_value.tv_sec * 1000000000 + (uint64_t)time.it_value.tv_nsec;
}

int clinux_open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int descriptor = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
				NETLINK_KOBJECT_UEVENT);

	if (descriptor >= 0 && bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

int clinux_ptrace_seize(pid_t tid)
{
	return (int)ptrace(PTRACE_SEIZE, tid, 0, PTRACE_O_TRACEEXEC);
}

int clinux_ptrace_interrupt(pid_t tid)
{
	return (int)ptrace(PTRACE_INTERRUPT, tid, 0, 0);
}

int clinux_ptrace_continue(pid_t tid, int signal)
{
	return (int)ptrace(PTRACE_CONT, tid, 0, (long)signal);
}

int clinux_ptrace_listen(pid_t tid)
{
	return (int)ptrace(PTRACE_LISTEN, tid, 0, 0);
}

int clinux_ptrace_detach(pid_t tid, int signal)
{
	return (int)ptrace(PTRACE_DETACH, tid, 0, (long)signal);
}

/* <signal.h> of glibc 2.36 names neither the code nor the member. */
#define TRAP_PERF_CODE 6
#define PERF_DATA_OFFSET (__builtin_offsetof(siginfo_t, si_addr) + sizeof(void *))

int clinux_ptrace_perf_data(pid_t tid, uint64_t *data)
{
	siginfo_t info;
	unsigned long word;

	if (ptrace(PTRACE_GETSIGINFO, tid, 0, &info) != 0 || info.si_signo != SIGTRAP ||
	    info.si_code != TRAP_PERF_CODE)
		return 0;
	__builtin_memcpy(&word, (char *)&info + PERF_DATA_OFFSET, sizeof word);
	*data = word;
	return 1;
}

#define INTERRUPTION (SIGRTMAX - 2)
/* Threads of other processes too, and only what the calling thread traces. */
#define WAIT_TRACED (__WALL | __WNOTHREAD)

static _Thread_local sigjmp_buf interrupted;

static void leave_wait(int signal)
{
	(void)signal;
	siglongjmp(interrupted, 1);
}

static void mask_interruption(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, INTERRUPTION);
	pthread_sigmask(how, &set, 0);
}

void clinux_prepare_tracing(void)
{
	struct sigaction action = { .sa_handler = leave_wait };

	mask_interruption(SIG_BLOCK);
	sigaction(INTERRUPTION, &action, 0);
}

/*
 * A signal that comes just before the wait would be lost to a plain handler, so it is let in here
 * alone, and jumps. It can come when the wait is over, too; nothing is taken until it is kept out.
 */
pid_t clinux_wait_traced(int *status)
{
	siginfo_t info;
	int result, code;

	if (sigsetjmp(interrupted, 1) != 0)
		return 0;
	mask_interruption(SIG_UNBLOCK);
	result = waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | WAIT_TRACED);
	code = errno;
	mask_interruption(SIG_BLOCK);
	if (result == 0)
		return waitpid(-1, status, WNOHANG | WAIT_TRACED);
	errno = code;
	return code == EINTR ? 0 : -1;
}

void clinux_interrupt(pid_t tid)
{
	syscall(SYS_tgkill, getpid(), tid, INTERRUPTION);
}

static int file_of(int result, const struct stat *status, struct clinux_file *file)
{
	if (result == 0)
		*file = (struct clinux_file){
			.inode = status->st_ino,
			.size = status->st_size > 0 ? (uint64_t)status->st_size : 0,
			.uid = status->st_uid,
			.gid = status->st_gid,
			.permissions = status->st_mode & 07777,
			.is_regular = S_ISREG(status->st_mode),
		};
	return result;
}

int clinux_fstat(int descriptor, struct clinux_file *file)
{
	struct stat status;

	return file_of(fstat(descriptor, &status), &status, file);
}

int clinux_stat(const char *path, struct clinux_file *file)
{
	struct stat status;

	return file_of(stat(path, &status), &status, file);
}

int clinux_vdso_open(void)
{
	/* It is two pages or so; what lies behind it cannot be read, or is not looked at. */
	static const size_t most = 1 << 16;
	unsigned long start = getauxval(AT_SYSINFO_EHDR);
	char *copy = start ? malloc(most) : NULL;
	int memory = copy ? open("/proc/self/mem", O_RDONLY | O_CLOEXEC) : -1;
	ssize_t size = memory >= 0 ? pread(memory, copy, most, (off_t)start) : -1;
	int file = size > 0 ? memfd_create("vdso", MFD_CLOEXEC) : -1;

	if (file >= 0 && write(file, copy, (size_t)size) != size) {
		close(file);
		file = -1;
	}
	if (memory >= 0)
		close(memory);
	free(copy);
	return file;
}

int clinux_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t registers[4])
{
#if defined(__x86_64__) || defined(__i386__)
	return __get_cpuid_count(leaf, subleaf, &registers[0], &registers[1], &registers[2],
				 &registers[3]);
#else
	(void)leaf;
	(void)subleaf;
	(void)registers;
	return 0;
#endif
}
