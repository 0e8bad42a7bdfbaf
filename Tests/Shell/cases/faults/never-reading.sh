#!/bin/sh
# Readers who open the samples and never read take bounded memory, and hold up neither the sampling
# nor other readers.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

memory() { awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status"; }
mount_pfmfs
workload wait storm=1000000,20
context s page-faults
put "$c/smpl_fmt" 'default buf_size=16K'
put "$c/ctl" 'write_pmds 0 pmd0 value=-1 long_reset=-1 short_reset=-1 flags=ovfl_notify'
put "$c/load_context" "pid $pid"
sleepers=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    # shellcheck disable=SC2217 # it is to have the file open, not to read it
    sleep 60 <"$c/smpl/samples_pipe" &
    sleepers="$sleepers $!"
done
sleep 0.3
before=$(memory)
put "$c/start" 1
go
(while read -r line; do echo "$line"; echo 1 >"$c/restart"; done <"$c/msgs_pipe") >messages &
restarter=$!
cat "$c/smpl/samples_pipe" >samples &
reader=$!
many() { [ "$(wc -l <messages)" -ge 7 ] && [ "$(wc -l <samples)" -ge 2000 ]; }
until_true 15 "seven buffers are filled, and read by the reader who reads" many
kill -KILL "$restarter" "$reader" 2>/dev/null
answers || fail "does not answer"
# 16 MiB wait for all of them, twice that while it grows, and as much for the reader.
[ "$(memory)" -lt $((before + 98304)) ] || fail "memory grew from $before to $(memory) KiB"
rmdir "$c"
# shellcheck disable=SC2086 # a list
kill -KILL $sleepers
