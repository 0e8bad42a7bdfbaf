#!/bin/sh
# Every form of arguments that mount(8) and people use.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

try() {
    "$PFMFS" "$@" >output.log 2>&1 || fail "pfmfs $*: status $?: $(cat output.log)"
    answers || fail "pfmfs $*: does not answer"
    umount "$MNT" || fail "umount after pfmfs $*"
}

try "$MNT"
try "$MNT" -o rw,dev,suid
try none "$MNT" -o rw,dev,suid
try none "$MNT" -o rw,backend=perf,allow_other,dev,suid
try -o rw "$MNT"
try -o rw,dev -o suid "$MNT"
mkdir "with space"
MNT=$PFMFS_CASE/"with space"
"$PFMFS" "$MNT" || fail "a mountpoint with a space"
answers || fail "a mountpoint with a space does not answer"
umount "$MNT" || fail "umount of a mountpoint with a space"
MNT=$PFMFS_CASE/mnt
"$PFMFS" mnt || fail "a relative mountpoint"
answers || fail "a relative mountpoint does not answer"
umount "$MNT"
