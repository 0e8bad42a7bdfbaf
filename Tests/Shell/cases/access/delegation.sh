#!/bin/sh
# Root loads a context and gives it to a user, who starts, stops and reads it and cannot change what it counts.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
workload wait faults=23 wait faults=101 wait
spawned="$spawned $pid"
target=$pid
spawn setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all sleep 60
own=$pid
pid=$target
context web page-faults
mkdir "$c/sets/1" || fail "a set"
put "$c/load_context" "pid $target"
chown 65534:65534 "$c"
user() {
    as_user 65534 "$TOOLS/attempt" write "$c/$1" "$2"
}
# refuses FILE TEXT: to the user, with a sentence that says whose it is, and without effect.
refuses() {
    before=$(cat "$c/target" "$c/events" "$c/sets/0/pmds")
    eq "the user writes '$2' to $1" EPERM "$(user "$1" "$2")"
    like "the reason" "*loaded by uid 0*" "$(as_user 65534 cat "$c/last_cmd_status")"
    eq "what is counted" "$before" "$(cat "$c/target" "$c/events" "$c/sets/0/pmds")"
}
# refuses_all CALL DIRECTORY LINE: what mkdir and rmdir do is refused as the call of `ctl` is, with the same
# errno and the same sentence.
refuses_all() {
    refuses ctl "$3"
    sentence=$(as_user 65534 cat "$c/last_cmd_status")
    eq "the user's $1 $2" EPERM "$(as_user 65534 "$TOOLS/attempt" "$1" "$c/$2")"
    eq "the reason" "$sentence" "$(as_user 65534 cat "$c/last_cmd_status")"
    eq "sets" '0 1' "$(cd "$c/sets" && echo *)"
}
changes_nothing() {
    refuses_all rmdir sets/1 'delete_evtsets 1'
    refuses_all mkdir sets/5 'create_evtsets 5'
    refuses unload_context 1
    refuses load_context "pid $own"
    refuses ctl unload_context
    refuses ctl "load_context pid $own"
    refuses ctl "write_pmds 0 pmd0 value=-1 flags=ovfl_notify"
    refuses events task-clock
    refuses sets/0/events task-clock
    refuses sets/0/pmc0 0
    refuses sets/0/pmd0/value -1
    refuses sets/0/pmd0/flags ovfl_notify
    refuses sets/0/pmd0/event task-clock
    refuses ctx_flags inherit
    refuses smpl_fmt default
}
changes_nothing
eq "start" ok "$(user start 1)"
kill -USR1 "$target"
until_true 5 "23 are done" waits "$target" 2
eq "stop" ok "$(user stop 1)"
changes_nothing
kill -USR1 "$target"
until_true 5 "101 are done" waits "$target" 3
# shellcheck disable=SC2016 # for awk
eq "what the user reads" 23 "$(as_user 65534 awk '$1 == "page-faults" { print $2 }' "$c/counters")"
eq "start by ctl" ok "$(user ctl start)"
eq "stop by ctl" ok "$(user ctl stop)"
eq "somebody else" EACCES "$(as_user 65533 "$TOOLS/attempt" write "$c/start" 1)"
# Nor when the thread has gone: the target stays root's to choose.
kill -KILL "$target"
until_true 5 "the thread's end unloads it" is_unloaded "$c"
eq "another target" EPERM "$(user load_context "pid $own")"
# Root may change it, and by unloading it leaves it to its owner, with the owner's own rights.
put "$c/unload_context" 1
eq "kernel mode" EACCES "$(user load_context "pid $own")"
eq "own events" ok "$(user events page-faults:u)"
eq "own target" ok "$(user load_context "pid $own")"
put "$c/unload_context" 1
as_user 65534 rmdir "$c" || fail "rmdir by its owner"

# The rest is plain chmod: who may only read gets the directory, and files that he may not write.
workload wait
context shown page-faults
put "$c/load_context" "pid $pid"
chgrp 65533 "$c" && chmod 750 "$c"
eq "the group reads" ok "$(as_user 65533 "$TOOLS/attempt" read "$c/counters")"
eq "the group starts" EACCES "$(as_user 65533 "$TOOLS/attempt" write "$c/start" 1)"
chmod 220 "$c/start" "$c/stop"
eq "the group starts when allowed" ok "$(as_user 65533 "$TOOLS/attempt" write "$c/start" 1)"
eq "the group stops" ok "$(as_user 65533 "$TOOLS/attempt" write "$c/stop" 1)"
eq "the group unloads" EACCES "$(as_user 65533 "$TOOLS/attempt" write "$c/unload_context" 1)"
