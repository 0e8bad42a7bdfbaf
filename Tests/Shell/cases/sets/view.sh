#!/bin/sh
# map_sets: each set has a view, struct pfm_set_view in binary.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated,simulated_clock=manual
context s cycles
put "$c/events" 'set1: cycles page-faults'
view=$c/sets/1/view
attempt ENOENT stat "$view"
put "$c/ctx_flags" map_sets
attempt ok stat "$view"
eq "size" 2584 "$(stat -c %s "$view")"
eq "bytes" 2584 "$(wc -c <"$view")"
# field OFFSET BYTES
field() { od -An -v -tu"$2" -j"$1" -N"$2" "$view" | tr -d ' '; }
eq "status, runs" '0 0' "$(field 0 4) $(field 8 8)"
before=$(field 2576 8)
eq "the sequence is even" 0 $((before % 2))
put "$c/load_context" 'pid 4242 set=1'
put "$c/start" 1
put "$MNT/simulated/clock" +2ms
eq "status, runs" '1 1' "$(field 0 4) $(field 8 8)"
eq "pmd0, pmd1, pmd319" '2000000 20 0' "$(field 16 8) $(field 24 8) $(field 2568 8)"
after=$(field 2576 8)
eq "the sequence is even" 0 $((after % 2))
[ "$after" -gt "$before" ] || fail "the sequence did not move: $before, $after"
eq "nothing changed" "$after" "$(field 2576 8)"
view=$c/sets/0/view
eq "the other set" '0 0 0' "$(field 0 4) $(field 8 8) $(field 16 8)"
view=$c/sets/1/view
put "$c/unload_context" 1
eq "status after unload" 0 "$(field 0 4)"
eq "value after unload" 2000000 "$(field 16 8)"
