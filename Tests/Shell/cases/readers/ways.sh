#!/bin/sh
# Whatever wrote a file, and whatever reads it, the whole text is read: through a descriptor opened
# after or before, in one process, in two one after the other, and in two at once.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context w page-faults
value=$c/sets/0/pmd0/value
for mode in alone forked; do
    "$TOOLS/readways" "$mode" "$MNT/smpl_buffer_mem_max" \
        64K=65536 9999=9999 1G=1073741824 70000=70000 >"$mode.log" ||
        fail "smpl_buffer_mem_max, $mode: $(cat "$mode.log")"
    "$TOOLS/readways" "$mode" "$value" \
        0x10=16 -1000=18446744073709550616 7=7 >"$mode.log" || fail "value, $mode: $(cat "$mode.log")"
    "$TOOLS/readways" "$mode" "$c/ctx_flags" \
        notify_block=notify_block none=none 'inherit map_sets=map_sets inherit' >"$mode.log" ||
        fail "ctx_flags, $mode: $(cat "$mode.log")"
done
"$TOOLS/readways" contended 2000 "$MNT/smpl_buffer_mem_max" \
    64K=65536 9999=9999 1G=1073741824 70000=70000 >contended.log || fail "at once: $(cat contended.log)"

# The same by the shell's own words.
for text in 64K 9999 1G; do
    echo "$text" >"$MNT/smpl_buffer_mem_max"
    cat "$MNT/smpl_buffer_mem_max"
    "$TOOLS/readways" once sendfile "$MNT/smpl_buffer_mem_max"
    "$TOOLS/readways" once splice "$MNT/smpl_buffer_mem_max"
done >found
eq "after echo" '65536 65536 65536 9999 9999 9999 1073741824 1073741824 1073741824' "$(xargs <found)"
: >"$MNT/smpl_buffer_mem_max"
eq "after a truncation" 1073741824 "$(cat "$MNT/smpl_buffer_mem_max")"
put "$value" -1000
eq "a large value" 18446744073709550616 "$(cat "$value")"

# A value that changes by itself, through descriptors that were opened anew and one that was not.
workload wait faults=11 wait faults=100 wait faults=1009 wait
put "$value" 0
load_and_start
exec 3<"$value"
for turn in 2 3 4; do
    go
    until_true 10 "turn $turn" waits "$pid" "$turn"
    eq "read, turn $turn" "$(cat "$value")" "$("$TOOLS/readways" once sendfile "$value")"
    eq "the shell's descriptor, turn $turn" "$(cat "$value")" "$(cat <&3)"
    exec 3<"$value"
done
exec 3<&-
eq "counted" 1120 "$("$TOOLS/readways" once splice "$value")"
finish
