#!/bin/sh
# Without /dev/fuse: one clear line and a non-zero exit.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
need_command unshare
# shellcheck disable=SC2016 # for the inner shell
"$UNSHARE" -m sh -c '
    mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 || exit 99
    "$1" "$2" >error 2>&1' sh "$PFMFS" "$MNT"
status=$?
[ "$status" -ne 99 ] || skip "cannot hide /dev"
[ "$status" -ne 0 ] || fail "status 0 without /dev/fuse"
like "the sentence" '*/dev/fuse*' "$(cat error)"
eq "lines" 1 "$(wc -l <error)"
