/* Linux calls that Swift's Glibc module does not offer. Names are the system's, prefixed clinux_. */
#ifndef CLINUX_H
#define CLINUX_H

#include <mntent.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/types.h>


/* pidfd_open(2); flags may hold CLINUX_PIDFD_THREAD (Linux 6.9). */
int clinux_pidfd_open(pid_t pid, unsigned int flags);
#define CLINUX_PIDFD_THREAD 0200

pid_t clinux_gettid(void);

/* pidfd_send_signal(2); `thread` is 1 when the descriptor was opened for a thread. */
int clinux_pidfd_send_signal(int pidfd, int signal, int thread);

/*
 * The number here of a thread that has another one in a pid namespace (an open /proc/TID/ns/pid),
 * and the number there of one of ours; -1 and ESRCH when it has none, ENOTTY before Linux 6.11.
 */
pid_t clinux_thread_from_namespace(int namespace, pid_t tid);
pid_t clinux_thread_in_namespace(int namespace, pid_t tid);

/* Seconds since 1970 (CLOCK_REALTIME). */
uint64_t clinux_wall_clock(void);

/* epoll_create1(2) and eventfd(2), timerfd_create(2) on CLOCK_MONOTONIC; all close-on-exec, the
   latter two non-blocking. */
int clinux_epoll_create(void);
int clinux_eventfd(void);
int clinux_timerfd(void);

/* Watches a descriptor for reading, level-triggered; `data` comes back from clinux_epoll_wait. */
int clinux_epoll_add(int epoll, int descriptor, uint64_t data);
int clinux_epoll_remove(int epoll, int descriptor);

/* epoll_wait(2) that stores only the `data` of each ready descriptor; returns their number. */
int clinux_epoll_wait(int epoll, uint64_t *data, int capacity, int milliseconds);

/* Sets a timerfd to an absolute time in nanoseconds of CLOCK_MONOTONIC; 0 disarms it. */
int clinux_timerfd_set(int timer, uint64_t nanoseconds);

/* A file with the code that the kernel lends to every process of this kind (vDSO); -1 if there is
   none. */
int clinux_vdso_open(void);

/* Names the calling thread as ps and top show it; at most 15 bytes. */
int clinux_set_thread_name(const char *name);
/* Effective capabilities of a thread (capget(2)), bit CAP_x for capability x; -1 and errno on failure. */
int clinux_effective_capabilities(pid_t tid, uint64_t *capabilities);

/* What epoll says of one descriptor. */
struct clinux_report {
	uint64_t token;
	int is_hang_up;
};

/* Reports what is ready without waiting; at most 64 of `capacity`. */
int clinux_epoll_reports(int epoll, struct clinux_report *reports, int capacity);

/* timerfd(2) on CLOCK_MONOTONIC, never blocking; times in nanoseconds, 0 stops it. */
int clinux_timer_create(void);
int clinux_timer_set(int timer, uint64_t first, uint64_t interval);
/* Nanoseconds to the next expiry, 0 when stopped. */
uint64_t clinux_timer_left(int timer);

/* ptrace(2) of a seized thread, by the thread that seized it; -1 and errno on failure. */
int clinux_ptrace_seize(pid_t tid);
int clinux_ptrace_interrupt(pid_t tid);
int clinux_ptrace_continue(pid_t tid, int signal);
int clinux_ptrace_listen(pid_t tid);
int clinux_ptrace_detach(pid_t tid, int signal);
/* 1 and the event's sig_data when a stop's signal is a perf event's SIGTRAP, else 0. */
int clinux_ptrace_perf_data(pid_t tid, uint64_t *data);
/* status >> 8 of a stop at exec, and status >> 16 of a stop without a signal. */
#define CLINUX_STOPPED_AT_EXEC 0x405
#define CLINUX_STOPPED_BY_EVENT 0x80

/* Gets the calling thread ready to trace: what clinux_interrupt sends it waits for its next
   clinux_wait_traced. */
void clinux_prepare_tracing(void);
/* waitpid(2) for the threads that the calling thread traces; 0 after a clinux_interrupt. None is
   lost, whenever it comes. */
pid_t clinux_wait_traced(int *status);
void clinux_interrupt(pid_t tid);

/* A datagram socket on which the kernel announces changes of devices; -1 and errno. */
int clinux_open_uevents(void);

/* syslog(3) with a finished text; priority as in <syslog.h>. */
void clinux_syslog(int priority, const char *text);

/* What fstat(2) and stat(2) say of a file, as far as it matters here. */
struct clinux_file {
	uint64_t inode;
	uint64_t size;
	uint32_t uid;
	uint32_t gid;
	uint32_t permissions;
	/* 1 for a regular file. */
	int is_regular;
};
int clinux_fstat(int descriptor, struct clinux_file *file);
int clinux_stat(const char *path, struct clinux_file *file);

/* CPUID; 0 and untouched registers on other architectures or when the leaf does not exist. */
int clinux_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t registers[4]);

/* Tell ThreadSanitizer of a lock that it does not see; there only in builds with it. */
void __tsan_acquire(void *address);
void __tsan_release(void *address);

#endif
