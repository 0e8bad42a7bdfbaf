#!/bin/sh
# Unloaded: stop and start are EINVAL, restart is EBUSY, unload is nothing; and so after an unload.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context u page-faults
commands() {
    refused EINVAL "$c/stop" 1 '*unloaded*'
    refused EINVAL "$c/start" 1 '*unloaded*'
    refused EBUSY "$c/restart" 1 '*unloaded*'
    put "$c/unload_context" 1
    eq "state" unloaded "$(cat "$c/state")"
}
commands
workload wait
put "$c/load_context" "pid $pid"
put "$c/restart" 1
eq "restart of what is loaded is accepted" loaded "$(cat "$c/state")"
put "$c/stop" 1
put "$c/stop" 1
put "$c/unload_context" 1
commands
