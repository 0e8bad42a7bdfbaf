#!/bin/sh
# With a manual clock every value can be computed by hand.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated,simulated_clock=manual
context m 'cycles instructions page-faults ticks'
put "$c/load_context" 'pid 4242'
put "$MNT/simulated/clock" +5ms
eq "loaded, not started" not_counted "$(count cycles)"
put "$c/start" 1
eq "started, time stands still" 0 "$(count cycles)"
put "$MNT/simulated/clock" +2300us
eq page-faults 23 "$(count page-faults)"
eq cycles 2300000 "$(count cycles)"
eq instructions 1840000 "$(count instructions)"
eq ticks 2 "$(count ticks)"
put "$c/stop" 1
put "$MNT/simulated/clock" +10ms
eq "stopped" 2300000 "$(count cycles)"
put "$c/start" 1
put "$MNT/simulated/clock" +7800us
eq page-faults 101 "$(count page-faults)"
eq cycles 10100000 "$(count cycles)"
# 31 bits in hardware, 64 bits for who looks.
put "$MNT/simulated/clock" +5s
eq "cycles past 31 bits" 5010100000 "$(count cycles)"
eq "the register" 5010100000 "$(cat "$c/sets/0/pmd0/value")"
put "$c/stop" 1
put "$c/sets/0/pmd0/value" 1000
put "$c/start" 1
put "$MNT/simulated/clock" +101ns
eq "the register, written" 1101 "$(cat "$c/sets/0/pmd0/value")"
put "$c/unload_context" 1
eq "state" unloaded "$(cat "$c/state")"
put "$MNT/simulated/clock" +1s
eq "unloaded" 1101 "$(cat "$c/sets/0/pmd0/value")"
refused EINVAL "$MNT/simulated/clock" backwards '*+10ms*'
refused EINVAL "$MNT/simulated/clock" -5ms '?*'
put "$c/events" 'cycles:u cycles:k'
put "$c/load_context" 'pid 4242'
put "$c/start" 1
put "$MNT/simulated/clock" +1us
eq "user" 800 "$(count cycles:u)"
eq "kernel" 200 "$(count cycles:k)"
