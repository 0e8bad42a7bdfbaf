#!/bin/sh
# With hide_contexts nothing names the contexts of others: no listing, no conflict, no refusal.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o hide_contexts
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all sleep 60
context secretname page-faults:u
put "$c/load_context" "pid $pid"
refused EINVAL "$c/ctx_flags" secretword
eq "listing" "" "$(as_user 65534 ls "$MNT/contexts")"
d=$MNT/contexts/mine
as_user 65534 mkdir "$d" || fail "mkdir"
as_user 65534 "$TOOLS/attempt" write "$d/events" page-faults:u >/dev/null
eq "the same thread" EEXIST "$(as_user 65534 "$TOOLS/attempt" write "$d/load_context" "pid $pid")"
as_user 65534 "$TOOLS/attempt" write "$d/ctx_flags" system_wide >/dev/null
as_user 65534 "$TOOLS/attempt" write "$d/load_context" "cpu 0" >/dev/null
for file in info/conflicts info/error_log info/last_cmd_status info/limits contexts/mine/last_cmd_status; do
    as_user 65534 cat "$MNT/$file" >found 2>&1
    grep -q secret found && fail "$file: $(grep secret found)"
done
grep -q secretname "$MNT/info/conflicts" || fail "root does not see who holds what"
grep -q secretword "$MNT/info/error_log" || fail "root does not see the errors"
unmount_pfmfs
# Without it the name and the owner are told, but not the thread.
mount_pfmfs
context named page-faults:u
put "$c/load_context" "pid $pid"
as_user 65534 cat "$MNT/info/conflicts" >found
grep -q '^context name=named uid=0 target="thread" started=no$' found || fail "conflicts: $(cat found)"
