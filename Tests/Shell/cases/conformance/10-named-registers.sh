#!/bin/sh
# A register can be read once it was written, or named by another; only what is implemented can be named.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context n
set=$c/sets/0
attempt EINVAL read "$set/pmd2/value"
attempt EINVAL read "$set/pmd3/value"
like "the reason" '*pmd3*never used*' "$(cat "$c/last_cmd_status")"
put "$set/pmd0/smpl_pmds" 2
put "$set/pmd0/reset_pmds" 3
eq "named in smpl_pmds" 0 "$(cat "$set/pmd2/value")"
eq "named in reset_pmds" 0 "$(cat "$set/pmd3/value")"
put "$set/pmd0/smpl_pmds" none
eq "never forgotten" 0 "$(cat "$set/pmd2/value")"
refused EINVAL "$set/pmd0/smpl_pmds" 4 '*pmd4*'
refused EINVAL "$set/pmd0/reset_pmds" 0-5 '*pmd4*'
eq "unchanged" 3 "$(cat "$set/pmd0/reset_pmds")"
attempt ENOENT stat "$set/pmd4"
put "$set/pmd1/value" -1000
eq "two's complement" 18446744073709550616 "$(cat "$set/pmd1/value")"
eq "and its last reset" 18446744073709550616 "$(cat "$set/pmd1/last_reset_val")"
for value in 18446744073709551615 0 9223372036854775808; do
    put "$set/pmd1/value" "$value"
    eq "64 bits" "$value" "$(cat "$set/pmd1/value")"
done
put "$set/pmd1/smpl_eventid" 18446744073709551615
eq "an event id" 18446744073709551615 "$(cat "$set/pmd1/smpl_eventid")"
