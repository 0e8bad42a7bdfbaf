#!/bin/sh
# 10,000 contexts made, mapped and removed leave no memory and no descriptor behind.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
descriptors() { find "/proc/$daemon/fd" -mindepth 1 2>/dev/null | wc -l; }
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status"; }
"$TOOLS/smplmap" cycles "$MNT/contexts/x" 500 'default buf_size=64K' >ended || fail "$(cat ended)"
fds=$(descriptors)
kib=$(memory)
"$TOOLS/smplmap" cycles "$MNT/contexts/x" 10000 'stacks buf_size=64K' >ended || fail "$(cat ended)"
eq "cycles" "10000 cycles" "$(cat ended)"
eq "memory" 0 "$(cat "$MNT/smpl_buffer_mem_cur")"
settled() { [ "$(descriptors)" -le "$fds" ]; }
until_true 3 "the descriptors are as before: $(descriptors) after $fds" settled
[ "$(memory)" -lt $((kib + 4096)) ] || fail "memory grew from $kib to $(memory) KiB"
