#include "CPerfEvent.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int cperf_event_open(struct perf_event_attr *attr, pid_t tid, int cpu, int group, unsigned long flags)
{
	return (int)syscall(SYS_perf_event_open, attr, tid, cpu, group, flags);
}

int cperf_enable(int event)
{
	return ioctl(event, PERF_EVENT_IOC_ENABLE, 0);
}

int cperf_disable(int event)
{
	return ioctl(event, PERF_EVENT_IOC_DISABLE, 0);
}

int cperf_set_period(int event, uint64_t period)
{
	return ioctl(event, PERF_EVENT_IOC_PERIOD, &period);
}

int cperf_set_output(int event, int ring)
{
	return ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, ring);
}

int cperf_get_id(int event, uint64_t *id)
{
	return ioctl(event, PERF_EVENT_IOC_ID, id);
}

uint64_t cperf_ring_head(const struct perf_event_mmap_page *page)
{
	return __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
}

void cperf_ring_set_tail(struct perf_event_mmap_page *page, uint64_t tail)
{
	__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
}
