#!/bin/sh
# perf report and perf script read perf.data: of a running session, of several events, of a file
# and through a pipe.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command perf
mount_pfmfs
context a 'page-faults minor-faults'
period 0 10
period 1 101
put "$c/smpl_fmt" 'default buf_size=1M'
workload wait faults=1009 wait
load_and_start
go
until_true 5 "the faults are done" waits "$pid" 2
# While it runs: straight from the mount, from a copy, through a pipe.
script() { perf script -F comm,pid,tid,event,period,ip,sym,dso "$@" 2>err; }
script -i "$c/smpl/perf.data" >mount || fail "perf script: $(cat err)"
cp "$c/smpl/perf.data" copy.data
script -i copy.data | cmp - mount || fail "a copy differs"
script -i - <"$c/smpl/perf.data" | cmp - mount || fail "a pipe differs"
eq "samples of the first event" 100 "$(grep -c ' 10  *page-faults: ' mount)"
eq "samples of the second" 9 "$(grep -c ' 101  *minor-faults: ' mount)"
eq "all of them of this program" 109 "$(grep -c "^ *waiting1 *$pid/$pid " mount)"
eq "in a function of it" 109 "$(grep -c ' faults ([^ ]*/workload)$' mount)"
perf report -i copy.data --stdio --sort comm,dso,sym >report.txt 2>err || fail "perf report: $(cat err)"
eq "names in the report" "page-faults minor-faults" \
    "$(sed -n "s/^# Samples: .* of event '\\(.*\\)'/\\1/p" report.txt | xargs)"
eq "lost" "# Total Lost Samples: 0" "$(grep '^# Total Lost' report.txt)"
eq "lines" 2 "$(grep -c '100.00% *waiting1 *workload *\[.\] faults' report.txt)"
like "the header" "*hostname : $(uname -n)*os release : $(uname -r)*" \
    "$(perf report --header-only -i - <copy.data 2>&1)"
finish
script -i "$c/smpl/perf.data" | head -n 109 | cmp - mount || fail "after the end it differs"
