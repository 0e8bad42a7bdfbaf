#!/bin/sh
# The same on the simulated backend.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context a
context b
grep -r . "$MNT" >everything 2>errors
# Write-only files, and registers that were never programmed, are all that cannot be read.
grep -v -e '/\(start\|stop\|restart\|ctl\|unload_context\): Permission denied' \
    -e '/value: Invalid argument' errors >others
eq "other errors" "" "$(cat others)"
at_least "lines" 300 "$(wc -l <everything)"
answers || fail "does not answer any more"
