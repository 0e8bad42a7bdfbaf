#!/bin/sh
# Options of the kernel and of libfuse are handed on and work.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
try() {
    "$PFMFS" "$MNT" -o "$1" >output.log 2>&1 || fail "-o $1: status $?: $(cat output.log)"
    answers || fail "-o $1: does not answer"
    cat "$MNT/README" >/dev/null || fail "-o $1: README cannot be read"
    grep -q "^$2 $MNT fuse.pfmfs .*$3" /proc/mounts || fail "-o $1: $(grep " $MNT " /proc/mounts)"
    umount "$MNT" || fail "umount after -o $1"
}
try max_read=4096 pfmfs max_read=4096
try max_read=131072,noatime pfmfs noatime
try fsname=counters counters rw
try ro pfmfs ro
try nodev,nosuid,noexec pfmfs noexec
try allow_root pfmfs rw
try default_permissions,auto_unmount,allow_other pfmfs default_permissions
