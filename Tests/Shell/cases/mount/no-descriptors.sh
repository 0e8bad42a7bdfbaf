#!/bin/sh
# The program does not hold the caller's descriptors or terminal: a pipe on its output ends.
# timeout: 15
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

words=$("$PFMFS" "$MNT" 2>&1 | cat)
eq "output" "" "$words"
answers || fail "does not answer"
umount "$MNT"
# Nor a lock that the caller has.
need_command flock
exec 9>lock
flock 9
"$PFMFS" "$MNT" || fail "pfmfs ended with $?"
exec 9>&-
flock -n lock true || fail "the daemon holds the lock of the script that started it"
umount "$MNT"
