#!/bin/sh
# Writes to files of mode 0444 fail, for root too.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context r page-faults
for file in "$MNT/version" "$MNT/smpl_buffer_mem_cur" "$MNT/pmu_desc/model" "$MNT/info/backends" \
    "$MNT/README" "$c/state" "$c/counters" "$c/target" "$c/last_cmd_status" "$c/sets/0/pmds" \
    "$MNT/cpu/cpu0/stats"; do
    before=$(wc -c <"$file")
    found=$("$TOOLS/attempt" write "$file" 1)
    case $found in
        EACCES | EPERM | EINVAL | EBADF) ;;
        *) fail "writing ${file#"$MNT"/}: $found" ;;
    esac
    (echo x >"$file") 2>/dev/null && fail "echo x >${file#"$MNT"/}"
    [ "$before" -gt 0 ] || fail "${file#"$MNT"/} is empty"
done
