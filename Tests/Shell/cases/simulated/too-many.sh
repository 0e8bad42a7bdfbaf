#!/bin/sh
# More events than counters: ENOSPC with the number that fits, nothing spread silently.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context m
refused ENOSPC "$c/events" 'cycles instructions branches branch-misses cache-misses' '*4*'
put "$c/events" 'cycles instructions branches branch-misses'
eq "counters" 4 "$(wc -l <"$c/counters")"
refused ENOENT "$c/events" 'cycels' '*cycles*'
