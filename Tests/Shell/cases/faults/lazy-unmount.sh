#!/bin/sh
# umount -l in the middle of work, and a new mount on the same directory: who waits in the old one
# goes on waiting there until he leaves, then the old daemon ends, and its counters with it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs
workload wait wait
context old page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
cat "$c/msgs_pipe" >/dev/null &
reader=$!
exec 3<>"$MNT/clone"
exec 4<"$c/counters"
waiting() { grep -q '^State:.S' "/proc/$reader/status"; }
until_true 5 "a reader waits" waiting
umount "$MNT" 2>/dev/null && fail "unmounted while it is in use"
answers || fail "does not answer after a refused umount"
umount -l "$MNT"
old=$daemon
# It must not inherit what is open in the old mount.
mount_pfmfs 3<&- 4<&-
[ ! -d "$MNT/contexts/old" ] || fail "the new mount shows contexts of the old one"
read -r line <&4
like "the old mount is still read" 'page-faults *' "$line"
context new page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
kill -KILL "$reader"
exec 3<&- 4<&-
old_ended() { ! kill -0 "$old" 2>/dev/null; }
until_true 5 "the old daemon has ended" old_ended
eq "the new context" "loaded started" "$(cat "$c/state")"
answers || fail "the new mount does not answer"
