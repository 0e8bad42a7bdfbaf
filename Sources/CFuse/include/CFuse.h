/* libfuse3's low-level interface, as Swift sees it. */
#ifndef CFUSE_H
#define CFUSE_H

/* 312: fuse_session_loop_mt is a function here, not a macro that Swift cannot see. */
#define FUSE_USE_VERSION 312

#include <fuse3/fuse_lowlevel.h>
#include <fuse3/fuse_opt.h>

#endif
