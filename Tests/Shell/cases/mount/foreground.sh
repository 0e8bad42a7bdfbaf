#!/bin/sh
# -f stays in the foreground until it is unmounted or told to end; each way is a clean exit.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

for signal in TERM INT HUP; do
    # A shell without job control lets background programs ignore SIGINT.
    [ "$signal" != INT ] || command -v setsid >/dev/null || continue
    mount_pfmfs
    if [ "$signal" = INT ] && grep -q '^SigIgn:.*[2367abef]$' "/proc/$daemon/status"; then
        unmount_pfmfs
        continue
    fi
    kill -"$signal" "$daemon"
    until_true 5 "the daemon ends by SIG$signal" daemon_ended
    wait "$daemon"
    eq "exit status after SIG$signal" 0 "$?"
    daemon=
    is_mounted && fail "still mounted after SIG$signal"
done
mount_pfmfs
unmount_pfmfs || fail "umount"
