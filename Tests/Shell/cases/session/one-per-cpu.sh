#!/bin/sh
# Two contexts on one CPU are EBUSY; on two CPUs they are fine.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs
context a page-faults
put "$c/ctx_flags" system_wide
put "$c/load_context" 'cpu 0'
context b page-faults
put "$c/ctx_flags" system_wide
refused EBUSY "$c/load_context" 'cpu 0' '*a*'
if [ "$(nproc)" -gt 1 ]; then
    put "$c/load_context" 'cpu 1'
    eq "sys sessions" 2 "$(cat "$MNT/sys_sessions_count")"
fi
