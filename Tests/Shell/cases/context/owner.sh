#!/bin/sh
# The owner may chmod within a context; root may give it away.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
context given page-faults
eq "before" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$c/events" task-clock)"
chown 65534:65534 "$c" || fail "chown of a context"
eq "owner of the directory" 65534 "$(stat -c %u "$c")"
eq "after" ok "$(as_user 65534 "$TOOLS/attempt" write "$c/events" task-clock)"
eq "events" task-clock "$(cat "$c/sets/0/events")"
eq "somebody else" EACCES "$(as_user 65533 "$TOOLS/attempt" write "$c/events" page-faults)"
as_user 65534 rmdir "$c" || fail "rmdir by the new owner"
