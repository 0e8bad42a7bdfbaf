#!/bin/sh
# A dead pfmfs left by a crash is detached at the next start.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs
# Without its watcher the mount stays when the daemon dies.
grep -lzxF "PFMFS_CASE=$PFMFS_CASE" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 >processes
while read -r watcher; do
    [ "$(cat "/proc/$watcher/comm" 2>/dev/null)" != fusermount3 ] || kill -KILL "$watcher"
done <processes
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=
is_dead() { ! answers; }
until_true 5 "nobody answers" is_dead
is_mounted || skip "the dead mount went away by itself"
cat "$MNT/version" >/dev/null 2>&1 && fail "the dead mount answers"
mount_pfmfs
eq "pfmfs mounts at the point" 1 "$(grep -c " $MNT " /proc/mounts)"
