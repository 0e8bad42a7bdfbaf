#!/bin/sh
# A first period that is another than those behind it: each overflow is one, and none is spurious.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context f page-faults
p=$c/sets/0/pmd0
put "$p/value" -50
put "$p/short_reset" -1000
put "$p/long_reset" -1000
put "$c/smpl_fmt" 'default buf_size=64K'
workload wait faults=500 wait faults=4600 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "500 are done" waits "$pid" 2
eq "taken of 500" 1 "$(cat "$c/smpl/taken")"
eq "overflowed" 0 "$(cat "$c/sets/0/set_ovfl_pmds")"
go
until_true 5 "4600 more are done" waits "$pid" 3
put "$c/stop" 1
eq "taken of 5100" 6 "$(cat "$c/smpl/taken")"
eq "lost" 0 "$(cat "$c/smpl/lost")"
eq "dropped" 0 "$(cat "$c/smpl/dropped_when_masked")"
eq "overflows in the statistics" 6 \
    "$(cat "$MNT"/cpu/cpu*/ovfl_intr_all_count | awk '{ n += $1 } END { print n }')"
eq "spurious ones" 0 \
    "$(cat "$MNT"/cpu/cpu*/ovfl_intr_spurious_count | awk '{ n += $1 } END { print n }')"
eq "all at their places" 6 "$(grep -vc period= "$c/smpl/entries")"
like "all counted" 'page-faults 5100 quality=exact *' "$(xargs <"$c/counters")"
