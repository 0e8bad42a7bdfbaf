#!/bin/sh
# A thread that is sampled with its children can be loaded again, and is sampled again.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context i page-faults
put "$c/ctx_flags" inherit
p=$c/sets/0/pmd0
for file in value short_reset long_reset; do put "$p/$file" -101; done
put "$c/smpl_fmt" 'default buf_size=64K'
workload wait faults=1013 wait faults=1013 wait
for step in 2 3; do
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
    go
    until_true 5 "step $step is done" waits "$pid" "$step"
    put "$c/unload_context" 1
    eq "taken in step $step" 10 "$(cat "$c/smpl/taken")"
    eq "lost in step $step" 0 "$(cat "$c/smpl/lost")"
    eq "the register begins as it did" 18446744073709551515 "$(cat "$p/value")"
done
