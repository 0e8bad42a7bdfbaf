#!/bin/sh
# smpl_eventid is in the samples of its register, of every format that shows single samples.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated,simulated_clock=manual
for format in default stacks text; do
    context "$format" 'cycles instructions'
    for pmd in 0 1; do period "$pmd" 1000; done
    put "$c/sets/0/pmd0/smpl_eventid" 18446744073709551615
    put "$c/smpl_fmt" "$format buf_size=1M"
    put "$c/load_context" 'tid 7'
    put "$c/start" 1
    put "$MNT/simulated/clock" +1000ns
    put "$c/sets/0/pmd0/smpl_eventid" 5
    put "$MNT/simulated/clock" +1000ns
    grep ' pmd=0 ' "$c/smpl/entries" >found
    at_least "$format: samples of pmd0" 2 "$(wc -l <found)"
    like "$format: the first" '* eventid=18446744073709551615' "$(head -n 1 found)"
    like "$format: the last" '* eventid=5' "$(tail -n 1 found)"
    grep ' pmd=1 ' "$c/smpl/entries" | grep -q eventid && fail "$format: a register without one"
    rmdir "$c" || fail "rmdir"
done
