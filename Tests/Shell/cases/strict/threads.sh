#!/bin/sh
# strict=perfmon2: a thread other than the caller must stand, stopped by the caller's own ptrace.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o strict=perfmon2
context t page-faults
workload wait faults=23 wait
refused ESRCH "$c/load_context" "pid $pid" "*thread $pid is not stopped*"
kill -STOP "$pid"
refused ESRCH "$c/load_context" "pid $pid" "*thread $pid is not stopped*"
kill -CONT "$pid"
refused ESRCH "$c/load_context" 'pid 4194303' '*4194303*'
trace() { "$TOOLS/trace" "$pid" "$@" | xargs; }
eq "traced, but running" ESRCH "$(trace run "$c/load_context=pid $pid")"
eq "stopped by the caller" 'ok EBUSY ok ok ok' "$(
    trace "$c/load_context=pid $pid" "$c/load_context=pid $pid" "$c/sets/0/pmc0=$(cat "$c/sets/0/pmc0")" \
        "$c/sets/0/pmd0/value=0" "$c/start=1"
)"
# Loaded now, and nobody stops it: what needs a stop is refused, what does not is done.
refused ESRCH "$c/stop" 1 '*not stopped*'
refused ESRCH "$c/start" 1 '*not stopped*'
refused ESRCH "$c/unload_context" 1 '*not stopped*'
attempt ESRCH read "$c/sets/0/pmd0/value"
attempt ESRCH write "$c/sets/0/pmd0/value" 5
attempt ESRCH write "$c/ctl" stop
put "$c/restart" 1
eq "runs" 1 "$(cat "$c/sets/0/set_runs")"
refused EBUSY "$c/load_context" "self" "*loaded on thread $pid*"
go
until_true 5 "23 are done" waits "$pid" 2
# What is shown of a register by another file is the register's all the same.
for file in counters sets/0/pmds sets/0/pmd0/value sets/0/pmd0/last_reset_val \
    sets/0/pmd0/time_enabled sets/0/pmd0/time_running sets/0/pmd0/ovfl_switch_cnt; do
    eq "$file" ESRCH "$("$TOOLS/attempt" read "$c/$file")"
done
for file in state target events msgs sets/0/set_info sets/0/pmcs sets/0/pmd0/long_reset; do
    eq "$file" ok "$("$TOOLS/attempt" read "$c/$file")"
done
eq "stopped again" '23 ESRCH ok ok' \
    "$(trace "$c/sets/0/pmd0/value" run "$c/stop=1" stop "$c/stop=1" "$c/unload_context=1")"
eq "unloaded: anybody" 23 "$(cat "$c/sets/0/pmd0/value")"
eq "counters" 23 "$(count page-faults)"
# The caller itself needs no stop.
echo self >"$c/load_context" || fail "self: $(cat "$c/last_cmd_status")"
echo 1 >"$c/start" || fail "start on self"
echo 1 >"$c/stop" || fail "stop on self"
echo 1 >"$c/unload_context" || fail "unload of self"
