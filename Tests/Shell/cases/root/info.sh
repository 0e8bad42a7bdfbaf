#!/bin/sh
# info/: what this machine offers, each line one thing.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
grep -q '^perf available=\(yes\|no\)' "$MNT/info/backends" || fail "no line for perf"
grep -q '^simulated available=yes' "$MNT/info/backends" || fail "no line for simulated"
grep '^[a-z]* available=no' "$MNT/info/backends" | grep -v 'reason=' && fail "a no without a reason"
for file in features limits; do
    at_least "lines of $file" 3 "$(wc -l <"$MNT/info/$file")"
    awk 'NF < 2 { bad = 1; print "not a key and a value: " $0 } END { exit bad }' "$MNT/info/$file" ||
        fail "info/$file"
done
for word in targets notify_block inherit overflow call_chains processes event_kinds hardware_counters; do
    grep -q "^$word ." "$MNT/info/features" || fail "features do not tell of $word"
done
grep -q '^contexts' "$MNT/info/limits" || fail "limits do not tell of contexts"
context one page-faults
put "$c/load_context" "pid $$"
grep -q one "$MNT/info/conflicts" || fail "conflicts do not name a loaded context: $(cat "$MNT/info/conflicts")"
