#!/bin/sh
# umount refuses while a file is open; SIGTERM and umount -l end it all the same.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs
exec 3<"$MNT/version"
umount "$MNT" 2>/dev/null && fail "umount with an open file"
answers || fail "does not answer after a refused umount"
kill -TERM "$daemon"
until_true 5 "the daemon ends with an open file" daemon_ended
wait "$daemon"
eq "exit status" 0 "$?"
daemon=
exec 3<&-
gone() { ! is_mounted; }
until_true 3 "the mount is gone" gone
mount_pfmfs
exec 3<"$MNT/version"
umount -l "$MNT"
exec 3<&-
until_true 5 "the daemon ends when the last file is closed" daemon_ended
daemon=
