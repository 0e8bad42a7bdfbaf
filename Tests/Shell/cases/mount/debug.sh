#!/bin/sh
# -d stays in the foreground and traces requests.
# log-allows: .*
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

"$PFMFS" -d "$MNT" >daemon.log 2>&1 &
daemon=$!
until_true 10 "the mount answers" answers
unmount_pfmfs || fail "umount"
at_least "lines of trace" 10 "$(wc -l <daemon.log)"
