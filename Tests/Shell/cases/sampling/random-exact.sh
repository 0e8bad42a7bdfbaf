#!/bin/sh
# Random periods take no event from the counts of the set, no overflow is lost, and the periods of the
# samples add up.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context r 'page-faults minor-faults page-faults'
p=$c/sets/0/pmd0
for file in value short_reset long_reset; do put "$p/$file" -100; done
put "$p/flags" random
put "$p/random_mask" 15
put "$p/smpl_pmds" 2
put "$c/smpl_fmt" 'default buf_size=256K'
workload wait faults=20011 wait faults=1009 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 20 "the faults are done" waits "$pid" 2
# A register of the set is written while it counts.
for number in 1 2 3 4 5; do put "$c/sets/0/pmd0/value" -10$number; done
go
until_true 20 "the rest is done" waits "$pid" 3
put "$c/stop" 1
like "all are counted, twice" "*minor-faults * 21020 quality=exact *" "$(xargs <"$c/counters")"
eq "the other register" 21020 "$(cat "$c/sets/0/pmd2/value")"
eq "lost" 0 "$(cat "$c/smpl/lost")"
eq "overflowed last" 0 "$(cat "$c/sets/0/set_ovfl_pmds")"
at_least "samples" 170 "$(cat "$c/smpl/taken")"
# The last digits of 2^64 less those of last_reset; or the period, where it is another.
awk '{
    period = 0
    for (i = 1; i <= NF; i++) {
        split($i, word, "=")
        if (word[1] == "last_reset") period = 551616 - substr(word[2], 15)
        if (word[1] == "period") period = word[2]
        if (word[1] == "pmd2") at = word[2]
    }
    if (period < 100) { print "period " period; exit 1 }
    sum += period
    # Behind the writes the register began anew.
    if (at <= 20011 && sum != at) { print sum " in periods, " at " counted"; exit 1 }
}' "$c/smpl/entries" || fail "the periods do not add up"
