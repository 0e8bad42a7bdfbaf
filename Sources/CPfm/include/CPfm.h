/* libpfm4's types. The library itself is loaded at run time, so pfmfs works without it. */
#ifndef CPFM_H
#define CPFM_H

/* libpfm4 brings a perf_event.h of its own, older than the kernel's and in conflict with it. */
#define __PERFMON_PERF_EVENT_H__
#include <linux/perf_event.h>

#include <perfmon/pfmlib.h>
#include <perfmon/pfmlib_perf_event.h>

#endif
