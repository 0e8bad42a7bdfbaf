#!/bin/sh
# kill -9 of the daemon while it holds a thread at an overflow: the thread runs on as if nothing had
# been, and neither the mount nor a helper process stays behind.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
workload wait faults=23 wait exit=5
context d page-faults
put "$c/ctx_flags" notify_block
put "$c/ctl" 'write_pmds 0 pmd0 value=-7 long_reset=-7 flags=ovfl_notify'
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
is_held() { grep -q '^State:.t' "/proc/$pid/status"; }
until_true 5 "the thread is held" is_held
# A load by somebody else starts the process that asks for permissions.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1; then
    as_user 65534 mkdir "$MNT/contexts/n"
    echo page-faults:u | as_user 65534 tee "$MNT/contexts/n/events" >/dev/null
    # shellcheck disable=SC2016 # for the inner shell
    as_user 65534 sh -c 'echo "pid $$" >"$1/load_context"' sh "$MNT/contexts/n"
fi
helpers=$(ps -o pid= --ppid "$daemon")
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
gone() { ! is_mounted; }
until_true 5 "the mount is gone" gone
until_true 5 "the thread runs on" waits "$pid" 2
finish
eq "its exit status" 5 $?
for helper in $helpers; do
    ended() { ! kill -0 "$helper" 2>/dev/null; }
    until_true 5 "process $helper of the daemon has ended" ended
done
daemon=
mount_pfmfs
context e page-faults
put "$c/load_context" "pid $$"
