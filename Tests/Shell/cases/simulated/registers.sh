#!/bin/sh
# The simulated PMU: four counters and three fixed ones at their architectural places, 31 bits.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
d=$MNT/pmu_desc
eq counter_width 31 "$(cat "$d/counter_width")"
for n in 0 1 2 3; do
    eq "pmc$n name" "PERFEVTSEL$n" "$(cat "$d/pmc$n/name")"
    eq "pmc$n addr" "0x18$((6 + n))" "$(cat "$d/pmc$n/addr")"
    eq "pmc$n dfl_val" 0x100000 "$(cat "$d/pmc$n/dfl_val")"
    eq "pmc$n rsvd_msk" 0xffffffff00300000 "$(cat "$d/pmc$n/rsvd_msk")"
    eq "pmd$n addr" "0xc$((1 + n))" "$(cat "$d/pmd$n/addr")"
    eq "pmd$n width" 31 "$(cat "$d/pmd$n/width")"
    eq "pmd$n dfl_val" 0x0 "$(cat "$d/pmd$n/dfl_val")"
done
eq "pmc16 name" FIXED_CTRL "$(cat "$d/pmc16/name")"
eq "pmc16 addr" 0x38d "$(cat "$d/pmc16/addr")"
eq "pmc16 dfl_val" 0x888 "$(cat "$d/pmc16/dfl_val")"
eq "pmd16 addr" 0x309 "$(cat "$d/pmd16/addr")"
eq "pmd18 addr" 0x30b "$(cat "$d/pmd18/addr")"
for missing in pmc4 pmc15 pmc17 pmd4 pmd15 pmd19; do
    attempt ENOENT stat "$d/$missing"
done
