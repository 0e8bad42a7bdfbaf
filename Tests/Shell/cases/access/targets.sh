#!/bin/sh
# The kernel is asked with the client's own rights: set-user-id and unreadable programs, kernel mode, CPUs.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
paranoid=$(cat /proc/sys/kernel/perf_event_paranoid)
[ "$paranoid" -eq 2 ] || skip "perf_event_paranoid is $paranoid, not 2"
c=$MNT/contexts/t
as_user 65534 mkdir "$c" || fail "mkdir"
user() {
    as_user 65534 "$TOOLS/attempt" write "$c/$1" "$2"
}
reason() {
    as_user 65534 cat "$c/last_cmd_status"
}
denied() { # WHAT PATTERN TARGET
    found=$(user load_context "$3")
    case $found in EPERM | EACCES) ;; *) fail "$1: $found" ;; esac
    like "$1" "$2" "$(reason)"
}
eq "events" ok "$(user events page-faults:u)"
chmod 755 .
cp "$TOOLS/workload" ./plain && chmod 755 plain
cp plain privileged && chmod 4755 privileged
cp plain unreadable && chmod 711 unreadable
# setpriv itself still has capabilities when it executes a program, and could read any.
user_runs() {
    # shellcheck disable=SC2016 # for the user's shell
    spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all sh -c 'exec "$@"' sh "$@"
}
user_runs ./plain wait
own=$pid
user_runs ./privileged wait
suid=$pid
user_runs ./unreadable wait
secret=$pid
for each in "$own" "$suid" "$secret"; do
    until_true 5 "workload $each waits" waits "$each" 1
done
case $(findmnt -no OPTIONS -T . 2>/dev/null) in
    *nosuid*) ;;
    *) denied "a set-user-id program" "*$suid*" "pid $suid" ;;
esac
denied "an unreadable program" "*$secret*inspect*" "pid $secret"
denied "a thread of root" "*belongs to uid 0*" "pid $$"
eq "an own thread" ok "$(user load_context "pid $own")"
eq "unload" ok "$(user unload_context 1)"

eq "events of the kernel" ok "$(user events page-faults)"
denied "kernel mode" "*perf_event_paranoid is 2*kernel mode*" "pid $own"
eq "events" ok "$(user events page-faults:u)"
eq "flags" ok "$(user ctx_flags system_wide)"
denied "a CPU" "*perf_event_paranoid is 2*CPU*" "cpu 0"
eq "flags" ok "$(user ctx_flags none)"

# A capability of the client's own counts.
"$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=+perfmon --ambient-caps=+perfmon \
    "$TOOLS/attempt" write "$c/load_context" "pid $$" >found
eq "with CAP_PERFMON" ok "$(cat found)"
eq "unload" ok "$(user unload_context 1)"
# One over a user namespace of its own does not.
if as_user 65534 "$UNSHARE" -Ur true 2>/dev/null; then
    as_user 65534 "$UNSHARE" -Ur "$TOOLS/attempt" write "$c/load_context" "pid $$" >found
    case $(cat found) in EPERM | EACCES) ;; *) fail "root of a namespace: $(cat found)" ;; esac
fi
# Root without capabilities is not taken for root.
mkdir "$MNT/contexts/bare"
put "$MNT/contexts/bare/events" page-faults
put "$MNT/contexts/bare/ctx_flags" system_wide
"$SETPRIV" --bounding-set=-all --inh-caps=-all \
    "$TOOLS/attempt" write "$MNT/contexts/bare/load_context" "cpu 0" >found
case $(cat found) in EPERM | EACCES) ;; *) fail "root without capabilities: $(cat found)" ;; esac
# The group of sys_group may do what the administrator grants.
put "$MNT/sys_group" 4321
eq "flags without the group" EPERM "$(user ctx_flags system_wide)"
# shellcheck disable=SC2016
"$SETPRIV" --reuid 65534 --regid 65534 --groups 4321 --inh-caps=-all sh -c \
    'echo system_wide >$1/ctx_flags && echo "cpu 0" >$1/load_context' sh "$c" ||
    fail "a member of sys_group: $(reason)"
