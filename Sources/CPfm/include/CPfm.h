/* libpfm4's interface. The library is loaded at run time, so pfmfs works without it. */
#ifndef CPFM_H
#define CPFM_H

#include <perfmon/pfmlib.h>
#include <perfmon/pfmlib_perf_event.h>

#endif
