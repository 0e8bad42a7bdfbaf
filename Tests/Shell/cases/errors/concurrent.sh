#!/bin/sh
# Many writers and readers at once: the daemon answers all.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
number=0
while [ "$number" -lt 8 ]; do
    (
        turn=0
        while [ "$turn" -lt 40 ]; do
            mkdir "$MNT/contexts/c$number" || exit 1
            echo page-faults >"$MNT/contexts/c$number/events" || exit 2
            cat "$MNT/contexts/c$number/counters" >/dev/null || exit 3
            (echo nonsense >"$MNT/contexts/c$number/start") 2>/dev/null && exit 4
            rmdir "$MNT/contexts/c$number" || exit 5
            turn=$((turn + 1))
        done
    ) &
    workers="${workers:-} $!"
    number=$((number + 1))
done
for worker in $workers; do
    wait "$worker" || fail "a worker ended with $?"
done
eq "contexts left" 0 "$(find "$MNT/contexts" -mindepth 1 | wc -l)"
