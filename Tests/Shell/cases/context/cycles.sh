#!/bin/sh
# A machine without hardware counters refuses cycles with the reason; it never counts 0.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context h
if [ -d /sys/bus/event_source/devices/cpu ] || [ -d /sys/bus/event_source/devices/cpu_core ]; then
    put "$c/events" cycles
    put "$c/ctx_flags" inherit
    put "$c/load_context" "pid $$"
    put "$c/start" 1
    "$TOOLS/workload" spin=20
    put "$c/stop" 1
    at_least cycles 1000000 "$(count cycles)"
else
    for event in cycles instructions branch-misses cache-misses L1-dcache-load-misses; do
        found=$("$TOOLS/attempt" write "$c/events" "$event
")
        case $found in
            ENOENT | EOPNOTSUPP) like "the reason" "*$event*" "$(cat "$c/last_cmd_status")" ;;
            *) fail "$event: $found" ;;
        esac
        eq "counters" "" "$(cat "$c/counters")"
    done
    put "$c/events" page-faults
    refused EOPNOTSUPP "$c/events" 'page-faults cycles' '*cycles*'
    eq "events" page-faults "$(cat "$c/sets/0/events")"
fi
