#!/bin/sh
# The same on the simulated backend.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context a
context b
# Not the grep of a shell that has its own, which waits for messages.
"$(program grep)" -r . "$MNT" >everything 2>errors
# Write-only files, registers that were never programmed and queues without a message (grep does
# not wait) are all that cannot be read.
grep -v -e '/\(start\|stop\|restart\|ctl\|unload_context\): Permission denied' \
    -e '/sets/0/pmd[0-9]*/[a-z_]*: Invalid argument' \
    -e '/msg[sq_pie]*: Resource temporarily unavailable' errors >others
eq "other errors" "" "$(cat others)"
at_least "lines" 300 "$(wc -l <everything)"
answers || fail "does not answer any more"
