#!/bin/sh
# A message of which only a part was read is there for the next reader of msgs_pipe, whole.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated,simulated_clock=manual
context p cycles
period 0 1000
put "$c/sets/0/pmd0/flags" ovfl_notify
put "$c/load_context" 'tid 7'
put "$c/start" 1
put "$MNT/simulated/clock" +1000ns
put "$c/restart" 1
put "$MNT/simulated/clock" +1000ns
cp "$c/msgs" all
eq "messages" 2 "$(wc -l <all)"
first=$(head -n 1 all)
for size in 1 5 20; do
    eq "$size bytes" "$(printf %s "$first" | head -c "$size")" \
        "$(dd if="$c/msgs_pipe" bs="$size" count=1 2>/dev/null)"
    eq "all are still there" "$(cat all)" "$(cat "$c/msgs")"
done
# A reader that goes on has the rest, and nobody else gets the message meanwhile.
exec 3<"$c/msgs_pipe"
eq "a part" "$(printf %s "$first" | head -c 5)" "$(dd bs=5 count=1 <&3 2>/dev/null)"
eq "the others" "$(tail -n 1 all)" "$(cat "$c/msgs")"
eq "the rest" "$(printf %s "$first" | tail -c +6)" "$(dd bs=1000 count=1 <&3 2>/dev/null)"
exec 3<&-
eq "the second" "$(tail -n 1 all)" "$(head -n 1 "$c/msgs_pipe")"
eq "none is left" '' "$(cat "$c/msgs")"
