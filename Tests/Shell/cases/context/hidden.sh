#!/bin/sh
# With hide_contexts a listing shows users only the contexts that they may read.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o hide_contexts
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
mkdir -m 700 "$MNT/contexts/secret"
mkdir -m 755 "$MNT/contexts/open"
as_user 65534 mkdir -m 700 "$MNT/contexts/own"
eq "nobody's listing" "open own" "$(as_user 65534 ls "$MNT/contexts" | tr '\n' ' ' | sed 's/ $//')"
eq "root's listing" "open own secret" "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 |
    sed 's|.*/||' | sort | tr '\n' ' ' | sed 's/ $//')"
eq "nobody at root's" EACCES "$(as_user 65534 "$TOOLS/attempt" read "$MNT/contexts/secret/counters")"
