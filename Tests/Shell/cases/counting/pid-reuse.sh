#!/bin/sh
# Another program with the number of one that ended is not mistaken for it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
last=/proc/sys/kernel/ns_last_pid
[ -w "$last" ] || skip "$last cannot be written"
mount_pfmfs
workload wait faults=101 wait
context old page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "101 are done" waits "$pid" 2
target=$pid
kill -KILL "$target"
wait "$target" 2>/dev/null
tries=0 pid=
while [ "$pid" != "$target" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || skip "the number was not given out again"
    [ -z "$pid" ] || { kill -KILL "$pid"; wait "$pid" 2>/dev/null; }
    echo $((target - 1)) >"$last"
    spawn "$TOOLS/workload" wait faults=1009 wait
done
until_true 5 "the workload waits" waits "$pid" 1
eq "state" unloaded "$(state "$c")"
eq "target" none "$(cat "$c/target")"
go
until_true 5 "1009 are done" waits "$pid" 2
eq "page-faults of the one that ended" 101 "$(count page-faults)"
refused EINVAL "$c/start" 1 '*unloaded*'
put "$c/load_context" "pid $pid"
eq "state" loaded "$(state "$c")"
