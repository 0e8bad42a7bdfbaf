#!/bin/sh
# Users together cannot take everything: root still has room.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o max_contexts=16
for uid in 65531 65532 65533; do
    for number in 1 2 3 4; do as_user "$uid" mkdir "$MNT/contexts/$uid-$number" || fail "$uid"; done
done
for number in 1 2 3; do as_user 65534 mkdir "$MNT/contexts/n$number" || fail "n$number"; done
eq "the sixteenth" ENOSPC "$(as_user 65534 "$TOOLS/attempt" mkdir "$MNT/contexts/n4")"
like "the reason" 'users have 15 contexts together and may have 15; the rest is kept for root; *' \
    "$(as_user 65534 cat "$MNT/info/last_cmd_status")"
mkdir "$MNT/contexts/root" || fail "no room for root"
eq "one more" ENOSPC "$("$TOOLS/attempt" mkdir "$MNT/contexts/more")"
like "the reason" 'there are 16 contexts and the limit is 16; *max_contexts' \
    "$(cat "$MNT/info/last_cmd_status")"
