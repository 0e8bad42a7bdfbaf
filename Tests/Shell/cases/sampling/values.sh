#!/bin/sh
# Entries carry the registers of smpl_pmds in ascending order, with their values at the overflow.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context a 'page-faults task-clock minor-faults'
period 0 101
put "$c/sets/0/pmd0/smpl_pmds" 1-2
put "$c/smpl_fmt" 'default buf_size=64K'
workload wait faults=1009 wait
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
eq "entries" 9 "$(key "$c/smpl/hdr" hdr_count)"
eq "offset" $((128 + 9 * 56)) "$(key "$c/smpl/hdr" hdr_cur_offs)"
cat "$c/smpl/entries" >entries
awk '{
        for (i = 1; i <= NF; i++) { split($i, pair, "="); field[pair[1]] = pair[2] }
        # The kernel counts the page fault first, then what kind it was.
        if (field["pmd2"] != NR * 101 - 1) { print NR ": " $0; exit 1 }
        if (field["pmd1"] + 0 <= clock + 0) { print "clock: " $0; exit 1 }
        clock = field["pmd1"]
    }' entries >wrong || fail "$(cat wrong)"
# The same from the bytes: the second value of the third entry.
eq "a value in the buffer" 302 \
    "$(od -A n -t u8 -j $((128 + 2 * 56 + 48)) -N 8 "$c/smpl/buffer" | tr -d ' ')"
finish
