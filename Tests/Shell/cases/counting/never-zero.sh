#!/bin/sh
# A counter that did not run says so; it does not say 0.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context z page-faults
workload wait faults=23 wait
put "$c/load_context" "pid $pid"
n=$(awk '{ sub(/.*pmd=/, ""); print; exit }' "$c/counters")
like "never started" 'page-faults *quality=*' "$(tr -s ' ' <"$c/counters")"
case $(cat "$c/counters") in
    *quality=exact*running=100.00*) fail "never started, but exact over 100 %: $(cat "$c/counters")" ;;
esac
m=0
while [ -e "$c/sets/0/pmd$m" ] && [ "$m" -lt 64 ]; do
    [ "$m" = "$n" ] || attempt EINVAL read "$c/sets/0/pmd$m/value"
    m=$((m + 1))
done
finish
