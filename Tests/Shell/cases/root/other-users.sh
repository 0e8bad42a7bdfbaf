#!/bin/sh
# A user other than root: reads, is kept from controls, and sees own errors only.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
eq "debug as nobody" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$MNT/debug" 1)"
eq "version as nobody" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$MNT/version" 1)"
mkdir "$MNT/contexts/roots"
"$TOOLS/attempt" write "$MNT/contexts/roots/ctx_flags" rootsecret >/dev/null
as_user 65534 cat "$MNT/info/error_log" | grep -q rootsecret && fail "nobody sees root's error"
eq "nobody's status" ok "$(as_user 65534 cat "$MNT/info/last_cmd_status")"
as_user 65534 mkdir "$MNT/contexts/nobodys" || fail "mkdir as nobody"
eq "owner" 65534 "$(stat -c %u "$MNT/contexts/nobodys")"
eq "owner file" 65534 "$(cut -d' ' -f1 "$MNT/contexts/nobodys/owner")"
eq "rmdir of root's" "EACCES or EPERM" "$(as_user 65534 "$TOOLS/attempt" rmdir "$MNT/contexts/roots" |
    sed 's/^E[A-Z]*$/EACCES or EPERM/')"
[ -d "$MNT/contexts/roots" ] || fail "root's context is gone"
eq "write to root's" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$MNT/contexts/roots/ctx_flags" none)"
eq "bad word as nobody" EINVAL "$(as_user 65534 "$TOOLS/attempt" write "$MNT/contexts/nobodys/ctx_flags" mine)"
as_user 65534 cat "$MNT/info/error_log" | grep -q mine || fail "nobody does not see its own error"
grep -q mine "$MNT/info/error_log" || fail "root does not see nobody's error"
as_user 65534 rmdir "$MNT/contexts/nobodys" || fail "rmdir as nobody"
