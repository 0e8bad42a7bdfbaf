#!/bin/sh
# Session rules hold on the simulated backend too.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context a cycles
put "$c/load_context" "pid $$"
context b cycles
refused EEXIST "$c/load_context" "pid $$" '*a*'
put "$c/ctx_flags" system_wide
refused EBUSY "$c/load_context" 'cpu 0' '*a*'
rmdir "$MNT/contexts/a"
put "$c/load_context" 'cpu 0'
put "$c/start" 1
counts() { [ "$(count cycles)" -ge 50000000 ]; }
until_true 10 "cycles on a CPU" counts
put "$c/stop" 1
stopped=$(count cycles)
counts_on() { [ "$(count cycles)" != "$stopped" ]; }
never "cycles after the stop" counts_on
