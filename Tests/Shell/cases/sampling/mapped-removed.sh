#!/bin/sh
# Removing the context under a mapping hurts nobody; the memory is given back with the mapping.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler a page-faults 1 default buf_size=1M
workload wait faults=101 wait
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
"$TOOLS/smplmap" hold "$c/smpl/buffer" >held &
holder=$!
until_true 3 "the buffer is mapped" test -s held
exec 5<"$c/smpl/buffer"
rmdir "$c"
eq "charged while it is mapped" 1048576 "$(cat "$MNT/smpl_buffer_mem_cur")"
dd bs=128 count=1 <&5 2>err >/dev/null && fail "a buffer of a removed context can be read"
like "read after the removal" '*No such device*' "$(cat err)"
# The name can be used again at once; the old mapping keeps what it shows.
sampler a page-faults 1 default buf_size=4K
eq "with the new one" 1052672 "$(cat "$MNT/smpl_buffer_mem_cur")"
rmdir "$c"
kill -USR1 "$holder"
wait "$holder" || fail "the mapping died: $?"
like "what it showed" 'count=101 *' "$(sed -n 2p held)"
exec 5<&-
given_back() { [ "$(cat "$MNT/smpl_buffer_mem_cur")" = 0 ]; }
until_true 3 "the memory is given back" given_back
# A reader that is killed while it maps gives it back too.
sampler b page-faults 1 default buf_size=1M
"$TOOLS/smplmap" hold "$c/smpl/buffer" >held2 &
holder=$!
until_true 3 "the buffer is mapped" test -s held2
rmdir "$c"
kill -KILL "$holder"
wait "$holder" 2>/dev/null
until_true 3 "the memory is given back" given_back
finish
