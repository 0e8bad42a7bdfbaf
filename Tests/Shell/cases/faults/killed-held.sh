#!/bin/sh
# kill -9 of a thread that is held at an overflow: its parent sees the end at once, whether the
# context is unloaded before or after.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
is_held() { grep -q '^State:.t' "/proc/$pid/status"; }
ended() { ! kill -0 "$pid" 2>/dev/null; }
for order in kill-unload unload-kill kill-both; do
    workload wait faults=23 wait
    context "$order" page-faults
    put "$c/ctx_flags" notify_block
    put "$c/ctl" 'write_pmds 0 pmd0 value=-7 long_reset=-7 flags=ovfl_notify'
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
    go
    until_true 5 "the thread is held" is_held
    case $order in
        kill-unload) kill -KILL "$pid" ;;
        unload-kill) put "$c/unload_context" 1 ; kill -KILL "$pid" ;;
        kill-both)
            kill -STOP "$daemon"
            kill -KILL "$pid"
            (sleep 0.2; kill -CONT "$daemon") &
            ;;
    esac
    rmdir "$c"
    wait "$pid" 2>/dev/null
    until_true 5 "it has ended" ended
done
