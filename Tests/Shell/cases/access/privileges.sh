#!/bin/sh
# Mounted, the daemon keeps few capabilities, gains none by exec, filters its system calls, and says so.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
mount_pfmfs
status() {
    awk -v name="$1:" '$1 == name { print $2 }' "/proc/$daemon/status"
}
# CAP_KILL, CAP_IPC_LOCK, CAP_SYS_PTRACE and CAP_PERFMON, as far as this machine gives them.
mine=$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status)
kept=$(printf '%016x' $((0x4000084020 & 0x$mine)))
for set in CapPrm CapEff; do
    eq "$set" "$kept" "$(status $set)"
done
like "what an exec could give" "00000*" "$(status CapBnd)"
eq "CapAmb" 0000000000000000 "$(status CapAmb)"
eq "NoNewPrivs" 1 "$(status NoNewPrivs)"
for task in "/proc/$daemon/task"/*; do
    eq "capabilities of a thread" "$kept" "$(awk '$1 == "CapEff:" { print $2 }' "$task/status")"
done
eq "no_new_privs in info/limits" 1 "$(sed -n 's/^privilege no_new_privs=//p' "$MNT/info/limits")"
eq "seccomp in info/limits" "$(status Seccomp)" \
    "$(sed -n 's/^privilege seccomp=//p' "$MNT/info/limits")"
for name in cap_kill cap_perfmon cap_sys_ptrace; do
    grep -q "^privilege $name for=\".*\"$" "$MNT/info/limits" || fail "$name is not explained"
done
grep -q '^privilege others' "$MNT/info/limits" && fail "more is kept than is explained"

# It still does its work: threads of others, overflows, the end.
workload wait faults=23 wait
context p page-faults
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "23 are done" waits "$pid" 2
eq "page-faults" 23 "$(count page-faults)"
unmount_pfmfs
mount_pfmfs -o backend=simulated
eq "what the simulated PMU needs" "$(printf '%016x' $((0x80020 & 0x$mine)))" "$(status CapEff)"
unmount_pfmfs
mount_pfmfs -o keep_privileges
eq "with keep_privileges" "$mine" "$(status CapEff)"
grep -q '^privilege others=0x' "$MNT/info/limits" || fail "info/limits hides what is kept"
kill -TERM "$daemon"
until_true 5 "it ends" daemon_ended
is_mounted && fail "SIGTERM leaves the mount"
daemon=
mount_pfmfs
kill -TERM "$daemon"
until_true 5 "it ends" daemon_ended
is_mounted && fail "SIGTERM leaves the mount when privileges are given up"
daemon=
