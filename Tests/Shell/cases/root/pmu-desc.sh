#!/bin/sh
# pmu_desc: implemented registers only, in perfmon2's formats.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

for backend in auto simulated; do
    mount_pfmfs -o backend=$backend
    d=$MNT/pmu_desc
    like model '?*' "$(cat "$d/model")"
    at_least counter_width 16 "$(cat "$d/counter_width")"
    registers=0
    for register in "$d"/pmc* "$d"/pmd*; do
        registers=$((registers + 1))
        like "$register" '*/pm[cd][0-9]*' "$register"
        like "$register/name" '?*' "$(cat "$register/name")"
        like "$register/dfl_val" '0x[0-9a-f]*' "$(cat "$register/dfl_val")"
        like "$register/rsvd_msk" '0x[0-9a-f]*' "$(cat "$register/rsvd_msk")"
        like "$register/addr" '0x[0-9a-f]*' "$(cat "$register/addr")"
        at_least "$register/width" 1 "$(cat "$register/width")"
        eq "files of $register" "addr dfl_val name rsvd_msk width" "$(cd "$register" && echo *)"
    done
    at_least "registers" 4 "$registers"
    for missing in pmc319 pmd319 pmc320 pmd9999 pmc pmc-1 pmc01 pmcx nothing; do
        attempt ENOENT stat "$d/$missing"
    done
    attempt ENOENT stat "$d/pmd0/nothing"
    unmount_pfmfs
done
