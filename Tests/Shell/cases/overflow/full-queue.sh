#!/bin/sh
# Of nine notifications that nobody reads eight are kept, and monitoring stays masked.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated,simulated_clock=manual
context o page-faults
p=$c/sets/0/pmd0
put "$p/value" -5
put "$p/long_reset" -5
put "$p/flags" ovfl_notify
put "$c/load_context" 'pid 4242'
put "$c/start" 1
for turn in 1 2 3 4 5 6 7 8 9; do
    put "$MNT/simulated/clock" +1ms
    eq "turn $turn" 'masked started' "$(cat "$c/state")"
    [ "$turn" = 9 ] || put "$c/restart" 1
done
eq "messages" 8 "$(wc -l <"$c/msgs")"
times=$(sed 's/.*time=//' "$c/msgs")
eq "oldest first" "$times" "$(echo "$times" | sort -n)"
last=$(echo "$times" | tail -n 1)
put "$MNT/simulated/clock" +1ms
eq "state" 'masked started' "$(cat "$c/state")"
put "$c/restart" 1
put "$MNT/simulated/clock" +1ms
eq "the tenth is not kept either" "$last" "$(tail -n 1 "$c/msgs" | sed 's/.*time=//')"
eq "all are counted" 50 "$(count page-faults)"
# Room for one: the next is heard.
head -n 1 "$c/msgs_pipe" >taken
eq "the oldest was taken" "$(echo "$times" | head -n 1)" "$(sed 's/.*time=//' taken)"
eq "seven are left" 7 "$(wc -l <"$c/msgs")"
put "$c/restart" 1
put "$MNT/simulated/clock" +1ms
eq "messages" 8 "$(wc -l <"$c/msgs")"
