#!/bin/sh
# Contexts and sets: a user has so many and no more, is told so, and nobody else has fewer for it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o user_contexts=3,user_sets=7
nobody() { as_user 65534 "$@"; }
for number in 1 2 3; do nobody mkdir "$MNT/contexts/n$number" || fail "context $number"; done
eq "a fourth" EDQUOT "$(nobody "$TOOLS/attempt" mkdir "$MNT/contexts/n4")"
like "the reason" 'uid 65534 has 3 contexts and may have 3; *user_contexts' \
    "$(nobody cat "$MNT/info/last_cmd_status")"
for number in 1 2 3 4; do nobody mkdir "$MNT/contexts/n1/sets/$number" || fail "set $number"; done
eq "an eighth set" EDQUOT "$(nobody "$TOOLS/attempt" mkdir "$MNT/contexts/n2/sets/1")"
like "the reason" 'uid 65534 has 7 event sets and may have 7; *user_sets' \
    "$(nobody cat "$MNT/contexts/n2/last_cmd_status")"
eq "in limits" 'user_contexts used=3 max=3' "$(nobody grep ^user_contexts "$MNT/info/limits")"
eq "in limits" 'user_sets used=7 max=7' "$(nobody grep ^user_sets "$MNT/info/limits")"

# Giving a context away is not in his power, and clones count as well.
nobody chown 65533 "$MNT/contexts/n1" 2>/dev/null && fail "nobody gave a context away"
eq "a clone" EDQUOT "$(nobody "$TOOLS/attempt" openrw "$MNT/clone")"
for number in 1 2 3; do as_user 65533 mkdir "$MNT/contexts/o$number" || fail "another user"; done
for number in 1 2 3 4 5; do mkdir "$MNT/contexts/r$number" || fail "root has a limit of a user"; done
nobody rmdir "$MNT/contexts/n1"
eq "what is free again" 'user_sets used=2 max=7' "$(nobody grep ^user_sets "$MNT/info/limits")"
nobody mkdir "$MNT/contexts/n4" || fail "no room after rmdir"
