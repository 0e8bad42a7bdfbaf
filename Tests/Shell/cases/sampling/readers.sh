#!/bin/sh
# Readers of samples_pipe that come late, leave early, never read, or wait while the format goes.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler a page-faults 1 default buf_size=1M
workload wait faults=101 wait faults=1009 wait
cat "$c/smpl/samples_pipe" >early &
early=$!
exec 6<"$c/smpl/samples_pipe"
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
shown() { [ "$(wc -l <early)" -eq "$1" ]; }
until_true 3 "a waiting reader gets the samples at once" shown 101
eq "one that leaves early" 3 "$(head -n 3 "$c/smpl/samples_pipe" | wc -l)"
cat "$c/smpl/samples_pipe" >late &
late=$!
go
until_true 5 "more faults are done" waits "$pid" 3
until_true 3 "and all of them" shown 1110
# A restart drops what is stored, but not what the readers have still to get.
put "$c/restart" 1
eq "stored" 0 "$(key "$c/smpl/hdr" hdr_count)"
finish
wait "$early" "$late"
cmp early late || fail "early and late readers differ"
# The way out of the program may take a fault or two of its own.
all=$(count page-faults)
[ "$all" -ge 1110 ] || fail "only $all faults were counted"
eq "the one that never read" "$all" "$(wc -l <&6)"
exec 6<&-
eq "taken" "$all" "$(cat "$c/smpl/taken")"
# A reader that waits while the format goes gets the end of the file.
put "$c/smpl_fmt" 'default buf_size=64K'
exec 7<"$c/smpl/samples_pipe"
cat <&7 >gone &
gone=$!
exec 7<&-
put "$c/smpl_fmt" 'stacks buf_size=64K'
wait "$gone" || fail "a reader of a format that went ended with $?"
exec 7<"$c/smpl/samples_pipe"
cat <&7 >gone &
gone=$!
exec 7<&-
rmdir "$c"
wait "$gone" || fail "a reader of a removed context ended with $?"
eq "what they got" 0 "$(wc -c <gone)"
