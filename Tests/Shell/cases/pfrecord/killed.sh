#!/bin/sh
# However pfrecord ends, its context goes with it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
empty() { [ -z "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1)" ]; }
busy() { ! empty; }
for signal in KILL TERM HUP; do
    # shellcheck disable=SC2086 # words
    spawn $CASE_SHELL "$ROOT/scripts/pfrecord" -m "$MNT" -o a.data sleep 5 2>err
    until_true 3 "pfrecord has a context" busy
    sleep 0.2
    kill -"$signal" "$pid"
    wait "$pid" 2>/dev/null
    until_true 3 "the context is gone after SIG$signal" empty
done
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
# The commands go on without their counter; they are none of pfrecord's business any more.
grep -lzxF "PFMFS_CASE=$PFMFS_CASE" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 >processes
while read -r child; do
    [ "$(cat "/proc/$child/comm" 2>/dev/null)" != sleep ] || kill "$child" 2>/dev/null
done <processes
true
