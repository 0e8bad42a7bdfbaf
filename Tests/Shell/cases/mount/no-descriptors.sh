#!/bin/sh
# The program does not hold the caller's descriptors or terminal: a pipe on its output ends.
# timeout: 15
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

words=$("$PFMFS" "$MNT" 2>&1 | cat)
eq "output" "" "$words"
answers || fail "does not answer"
umount "$MNT"
