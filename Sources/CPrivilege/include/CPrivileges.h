/* Giving up what a daemon does not need. Names are prefixed clinux_, as in CLinux.h. */
#ifndef CPRIVILEGES_H
#define CPRIVILEGES_H

#include <stdint.h>

/*
 * Keeps only these capabilities, bit CAP_x for capability x, of those that the calling thread has:
 * nothing else can be got back, by no exec either (no_new_privs). 0, or -1 and errno.
 */
int clinux_keep_capabilities(uint64_t capabilities);

/* Lets the process run threads at real-time priorities up to this one, if it may. */
void clinux_allow_realtime(int priority);

/* What a seccomp filter leaves to a process besides its usual work. */
#define CLINUX_MAY_OPEN_DEVICES 1u
#define CLINUX_MAY_UNMOUNT 2u
#define CLINUX_MAY_FORK 4u
#define CLINUX_MAY_CHANGE_USER 8u
#define CLINUX_MAY_OPEN_EVENTS 16u
/* ptrace(2), as far as it blocks threads and lets them go; nothing is read or written by it. */
#define CLINUX_MAY_TRACE 32u

/*
 * Refuses to the calling thread, and to those that it starts, the system calls by which a daemon
 * that was taken over could do more than it is there for: EPERM. no_new_privs must be set. 0, or -1
 * and errno; ENOTSUP where the list was not made for the processor.
 */
int clinux_refuse_calls(unsigned int allowed);

#endif
