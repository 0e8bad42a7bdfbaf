#!/bin/sh
# A thread that is traced already cannot be held, nor can the one that gives the commands; both are told.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context k
put "$c/ctx_flags" notify_block
put "$c/events" page-faults
put "$c/sets/0/pmd0/value" -101
put "$c/sets/0/pmd0/flags" ovfl_notify
workload wait faults=211 exit=3
target=$pid
"$TOOLS/trace" "$target" hold >held &
tracer=$!
spawned="$spawned $tracer"
until_true 5 "it is traced" test -s held
refused EBUSY "$c/load_context" "pid $target" "*thread $target is traced by process $tracer*"
eq "state" unloaded "$(cat "$c/state")"
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
kill -KILL "$tracer"
wait "$tracer" 2>/dev/null
put "$c/load_context" "pid $target"
"$TOOLS/trace" "$target" hold >second 2>error && fail "a second tracer"
like "a debugger is told" '*not permitted*' "$(cat error)"
put "$c/unload_context" 1
echo self 2>/dev/null >"$c/load_context" && fail "notify_block on self"
like "the reason" '*notify_block*' "$(cat "$c/last_cmd_status")"
put "$c/ctx_flags" none
refused EINVAL "$c/ctx_flags" 'system_wide notify_block' '*exclude*'
pid=$target
finish
eq "the program's status" 3 $?
