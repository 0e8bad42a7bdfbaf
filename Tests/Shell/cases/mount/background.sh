#!/bin/sh
# Without -f the program goes to the background by itself and returns when the mount answers.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

"$PFMFS" "$MNT" >output.log 2>&1 || fail "pfmfs ended with $?: $(cat output.log)"
answers || fail "version does not read 2.5 right after pfmfs returned"
eq "words on the terminal" "" "$(cat output.log)"
line=$(awk -v where="$MNT" '$2 == where { print $1, $3 }' /proc/mounts)
eq "source and type" "pfmfs fuse.pfmfs" "$line"
umount "$MNT" || fail "umount"
is_mounted && fail "still mounted"
true
