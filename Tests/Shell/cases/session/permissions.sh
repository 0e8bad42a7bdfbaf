#!/bin/sh
# A user monitors own programs, not those of others, and no CPU; the daemon's privilege does not stand in.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
[ "$(cat /proc/sys/kernel/perf_event_paranoid)" = 2 ] || skip "perf_event_paranoid is not 2"
workload wait
mine=$pid
cp "$TOOLS/workload" ./workload
chmod 755 . workload
spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all ./workload wait faults=23 wait
theirs=$pid
until_true 5 "the workload waits" waits "$theirs" 1
as_user 65534 mkdir "$MNT/contexts/u" || fail "mkdir"
c=$MNT/contexts/u
user() {
    as_user 65534 "$TOOLS/attempt" write "$c/$1" "$2"
}
eq "events" ok "$(user events page-faults:u)"
found=$(user load_context "pid $mine")
case $found in EPERM | EACCES) ;; *) fail "nobody monitors root's program: $found" ;; esac
like "the reason" "*$mine*" "$(cat "$c/last_cmd_status")"
eq "own program" ok "$(user load_context "pid $theirs")"
eq "start" ok "$(user start 1)"
kill -USR1 "$theirs"
until_true 5 "23 are done" waits "$theirs" 2
eq "page-faults:u" 23 "$(count page-faults:u)"
eq "unload" ok "$(user unload_context 1)"
eq "flags" ok "$(user ctx_flags system_wide)"
found=$(user load_context 'cpu 0')
case $found in EPERM | EACCES) ;; *) fail "nobody monitors a CPU: $found" ;; esac
like "the reason" '*paranoid*' "$(cat "$c/last_cmd_status")"
