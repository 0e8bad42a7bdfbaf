#!/bin/sh
# No memory is left to the daemon: large requests are refused with a sentence, what runs goes on, and
# there is room again once something is freed.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command prlimit
need_root
mount_pfmfs
workload wait faults=1009 wait
context run page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
running=$c
context small page-faults
pages=$(awk '/^VmSize/ { print $2 }' "/proc/$daemon/status")
prlimit --pid "$daemon" --as=$(((pages + 4096) * 1024)):
refused ENOMEM "$c/smpl_fmt" 'default buf_size=6M' 'the system has no 6291456 bytes for a sampling buffer*'
go
until_true 5 "the target is done" waits "$pid" 2
answers || fail "does not answer"
eq "page-faults" 1009 "$(count page-faults "$running")"
put "$c/smpl_fmt" 'default buf_size=64K'
prlimit --pid "$daemon" --as=unlimited:
put "$c/smpl_fmt" 'default buf_size=6M'
finish
