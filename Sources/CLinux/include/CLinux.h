/* Linux calls that Swift's Glibc module does not offer. Names are the system's, prefixed clinux_. */
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/types.h>

/* pidfd_open(2); flags may hold CLINUX_PIDFD_THREAD (Linux 6.9). */
int clinux_pidfd_open(pid_t pid, unsigned int flags);
#define CLINUX_PIDFD_THREAD 0200

pid_t clinux_gettid(void);

/* Names the calling thread as ps and top show it; at most 15 bytes. */
int clinux_set_thread_name(const char *name);

/* syslog(3) with a finished text; priority as in <syslog.h>. */
void clinux_syslog(int priority, const char *text);

/* Of ThreadSanitizer's run-time library: an order between threads that it cannot see itself. Only
   builds with -sanitize=thread can link them. */
void __tsan_acquire(void *token);
void __tsan_release(void *token);

#endif
