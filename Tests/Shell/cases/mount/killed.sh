#!/bin/sh
# kill -9 of the daemon leaves no dead mount behind, and its place can be used again.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context k page-faults
put "$c/load_context" "pid $$"
put "$c/start" 1
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
gone() { ! is_mounted; }
until_true 5 "the dead mount is gone" gone
mount_pfmfs
[ ! -e "$MNT/contexts/k" ] || fail "a context outlived its daemon"
