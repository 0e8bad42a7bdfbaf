#!/bin/sh
# A register that was neither written nor named has no value; it does not read as 0.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context z page-faults
workload wait faults=23
put "$c/load_context" "pid $pid"
n=$(awk '{ sub(/.*pmd=/, ""); print; exit }' "$c/counters")
m=0
while [ -e "$c/sets/0/pmd$m" ] && [ "$m" -lt 9 ]; do
    [ "$m" = "$n" ] || attempt EINVAL read "$c/sets/0/pmd$m/value"
    m=$((m + 1))
done
finish
