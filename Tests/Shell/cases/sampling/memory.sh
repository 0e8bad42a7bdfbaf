#!/bin/sh
# Buffer memory: the machine's limit, the user's limit and RLIMIT_MEMLOCK; sentences with numbers.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o user_buffer_mem=256K
eq "in info/limits" "user_smpl_buffer_mem used=0 max=262144" "$(grep ^user_smpl_buffer_mem "$MNT/info/limits")"
context a page-faults
context b page-faults
put "$MNT/contexts/a/smpl_fmt" 'default buf_size=192K'
refused ENOMEM "$MNT/contexts/b/smpl_fmt" 'default buf_size=68K' \
    '*uid 0 has 196608 bytes*69632 were asked for*262144*user_buffer_mem*'
put "$MNT/contexts/b/smpl_fmt" 'default buf_size=64K'
eq "of this user" "user_smpl_buffer_mem used=262144 max=262144" "$(grep ^user_smpl_buffer_mem "$MNT/info/limits")"
# A buffer in place of one of the same size needs no more.
put "$MNT/contexts/a/smpl_fmt" 'default buf_size=192K'
put "$MNT/smpl_buffer_mem_max" 200K
put "$MNT/contexts/b/smpl_fmt" none
refused ENOMEM "$MNT/contexts/b/smpl_fmt" 'default buf_size=12K' \
    '*have 196608 bytes, 12288 were asked for*smpl_buffer_mem_max is 204800*'
put "$MNT/contexts/b/smpl_fmt" 'default buf_size=8K'
eq "memory" 204800 "$(cat "$MNT/smpl_buffer_mem_cur")"
put "$MNT/contexts/b/smpl_fmt" none
put "$MNT/smpl_buffer_mem_max" max
put "$MNT/contexts/a/smpl_fmt" 'default buf_size=8K'
# What the caller may lock counts his buffers. The limit is the writer's, here 16 KiB.
command -v prlimit >/dev/null || skip "prlimit is not installed"
found=$(prlimit --memlock=16384:16384 "$TOOLS/attempt" write "$MNT/contexts/b/smpl_fmt" 'default buf_size=12K
')
eq "beyond RLIMIT_MEMLOCK" ENOMEM "$found"
like "the reason" '*has 8192 bytes*12288 were asked for*RLIMIT_MEMLOCK) is 16384*' \
    "$(cat "$MNT/contexts/b/last_cmd_status")"
found=$(prlimit --memlock=16384:16384 "$TOOLS/attempt" write "$MNT/contexts/b/smpl_fmt" 'default buf_size=8K
')
eq "up to RLIMIT_MEMLOCK" ok "$found"
rmdir "$MNT/contexts/a" "$MNT/contexts/b"
eq "memory" 0 "$(cat "$MNT/smpl_buffer_mem_cur")"
