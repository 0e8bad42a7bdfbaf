#!/bin/sh
# Contexts loaded and removed hundreds of times leave no descriptor behind.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
round() {
    number=0
    while [ "$number" -lt "$1" ]; do
        mkdir "$MNT/contexts/x"
        echo 'page-faults task-clock' >"$MNT/contexts/x/events"
        echo "pid $$" >"$MNT/contexts/x/load_context" || fail "round $number: $(cat "$MNT/contexts/x/last_cmd_status")"
        echo 1 >"$MNT/contexts/x/start"
        rmdir "$MNT/contexts/x"
        number=$((number + 1))
    done
}
descriptors() { find "/proc/$daemon/fd" -mindepth 1 2>/dev/null | wc -l; }
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status"; }
round 50
fds=$(descriptors)
kib=$(memory)
round 500
eq "descriptors" "$fds" "$(descriptors)"
[ "$(memory)" -lt $((kib + 2048)) ] || fail "memory grew from $kib to $(memory) KiB over 500 contexts"
