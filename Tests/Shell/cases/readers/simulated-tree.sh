#!/bin/sh
# The same on the simulated backend.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context a
context b
grep -r . "$MNT" >everything 2>errors
[ $? -lt 2 ] || fail "grep: $(head -n 5 errors)"
at_least "lines" 300 "$(wc -l <everything)"
find "$MNT" -type f -exec wc -c {} + >/dev/null 2>errors || fail "wc: $(head -n 3 errors)"
answers || fail "does not answer any more"
