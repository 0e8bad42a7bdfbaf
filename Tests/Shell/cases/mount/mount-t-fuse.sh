#!/bin/sh
# mount -t fuse, mount -t fuse.pfmfs and an fstab line find the program in PATH.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
exec 8>/tmp/.pfmfs-test-path.lock
flock 8 2>/dev/null || skip "no flock"
link=/usr/local/bin/pfmfs
if [ -e "$link" ] || [ -L "$link" ]; then
    skip "$link exists already"
fi
ln -s "$PFMFS" "$link"
trap 'rm -f "$link"; cleanup' EXIT

check() {
    answers || fail "$1: does not answer"
    eq "$1: type" fuse.pfmfs "$(awk -v where="$MNT" '$2 == where { print $3 }' /proc/mounts)"
    umount "$MNT" || fail "$1: umount"
}

mount -t fuse pfmfs "$MNT" || fail "mount -t fuse pfmfs"
check "mount -t fuse pfmfs"
mount -t fuse.pfmfs none "$MNT" || fail "mount -t fuse.pfmfs none"
check "mount -t fuse.pfmfs none"
mount -t fuse pfmfs "$MNT" -o backend=simulated || fail "mount -o backend=simulated"
eq "backend" "simulated available=yes" "$(grep -o '^simulated available=yes' "$MNT/info/backends")"
check "mount -o backend=simulated"

printf 'pfmfs %s fuse defaults,noauto,nofail 0 0\n' "$MNT" >fstab
mount -T fstab "$MNT" || fail "fstab line, type fuse"
check "fstab line, type fuse"
printf 'none %s fuse.pfmfs backend=perf,x-systemd.automount,_netdev 0 0\n' "$MNT" >fstab
mount -T fstab "$MNT" || fail "fstab line, type fuse.pfmfs"
check "fstab line, type fuse.pfmfs"

mount -t fuse pfmfs "$MNT" -o nonsense=1 2>error && fail "mount accepted nonsense=1"
like "the refusal" '*nonsense*' "$(cat error)"
