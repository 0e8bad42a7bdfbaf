#include "CPerfEvent.h"

#include <sys/syscall.h>
#include <unistd.h>

int cperf_event_open(struct perf_event_attr *attr, pid_t tid, int cpu, int group, unsigned long flags)
{
	return (int)syscall(SYS_perf_event_open, attr, tid, cpu, group, flags);
}
