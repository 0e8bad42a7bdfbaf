#!/bin/sh
# With inherit every thread and child is sampled by itself, and the counts stay exact.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context a page-faults
put "$c/ctx_flags" inherit
period 0 10
refused EOPNOTSUPP "$c/load_context" "pid $$" '*smpl_fmt*'
put "$c/smpl_fmt" 'default buf_size=1M'
put "$c/sets/0/pmd0/short_reset" -20
refused EOPNOTSUPP "$c/load_context" "pid $$" '*pmd0*same number*'
put "$c/sets/0/pmd0/short_reset" -10
put "$c/sets/0/pmd0/smpl_pmds" 0
refused EOPNOTSUPP "$c/load_context" "pid $$" '*smpl_pmds*'
put "$c/sets/0/pmd0/smpl_pmds" none
workload wait thread=faults=2003 fork=faults=3001 wait
load_and_start
refused EBUSY "$c/sets/0/pmd0/value" -30 '*children*'
go
until_true 10 "the faults are done" waits "$pid" 2
cat "$c/smpl/entries" >entries
tids=$(awk '{ print $3 }' entries | sort | uniq -c | sort -n | awk '$1 > 100 { print $1 }' | xargs)
like "samples of the thread and of the child" '20? 30?' "$tids"
eq "the thread has the process's id" 1 \
    "$(awk -v pid="$pid" '$2 == "pid=" pid && $3 != "tid=" pid { print $3 }' entries | sort -u | wc -l)"
total=$(count page-faults)
at_least "page-faults" 5004 "$total"
[ "$total" -lt 5300 ] || fail "page-faults: $total"
like "the quality" '*quality=exact running=100.00*' "$(cat "$c/counters")"
# Each thread has a rest of less than one period; the fork copies pages, which are faults too.
at_least "samples" $(((total - 60) / 10)) "$(wc -l <entries)"
finish
until_true 3 "the session ends with its first thread" is_unloaded "$c"
