/* perf_event_open(2): the kernel's header and the calls that C alone can make. */
#ifndef CPERF_EVENT_H
#define CPERF_EVENT_H

#include <linux/perf_event.h>
#include <linux/hw_breakpoint.h>
#include <stdint.h>
#include <sys/types.h>


/* perf_event_open(2); -1 and errno on failure. */
int cperf_event_open(struct perf_event_attr *attr, pid_t tid, int cpu, int group, unsigned long flags);

/* ioctl(2) on a perf event; -1 and errno on failure. */
int cperf_enable(int event);
int cperf_disable(int event);
int cperf_set_period(int event, uint64_t period);
int cperf_set_output(int event, int ring);
int cperf_get_id(int event, uint64_t *id);

/* Where the kernel has written to, and where this program has read to: the ring's two barriers. */
uint64_t cperf_ring_head(const struct perf_event_mmap_page *page);
void cperf_ring_set_tail(struct perf_event_mmap_page *page, uint64_t tail);

#endif
