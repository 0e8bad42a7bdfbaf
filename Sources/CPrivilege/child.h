/* What the probe and the keeper have in common: processes at the other end of a socket. */
#ifndef CPERF_CHILD_H
#define CPERF_CHILD_H

#include <sys/types.h>

/* The only descriptor of such a process. */
#define CHILD_SOCKET 3

/*
 * fork(2), with a socket between the two. Returns 0 in the child, which has no other descriptor
 * and takes no signals but those that end it for certain; in the parent its id, or -1 and errno.
 */
pid_t child_fork(int *socket);

/* Sends a message, with a descriptor if it is not negative. Returns 0, or -1 and errno. */
int child_send(int socket, const void *message, size_t size, int descriptor);

/* Receives a message and the descriptor sent with it, -1 if there is none. Returns its size. */
ssize_t child_receive(int socket, void *message, size_t size, int *descriptor);

#endif
