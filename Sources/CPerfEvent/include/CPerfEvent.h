/* perf_event_open(2): the kernel's header and the calls that C alone can make. */
#ifndef CPERF_EVENT_H
#define CPERF_EVENT_H

#include <linux/perf_event.h>
#include <linux/hw_breakpoint.h>
#include <stdint.h>
#include <sys/types.h>

/* perf_event_open(2); -1 and errno on failure. */
int cperf_event_open(struct perf_event_attr *attr, pid_t tid, int cpu, int group, unsigned long flags);

#endif
