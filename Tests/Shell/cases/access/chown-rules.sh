#!/bin/sh
# chmod, chown and chgrp keep the kernel's rules, for directories and for single files.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
c=$MNT/contexts/u
as_user 65534 mkdir "$c" || fail "mkdir as nobody"
member() { # COMMAND...: nobody, also in group 4321
    "$SETPRIV" --reuid 65534 --regid 65534 --groups 4321 --inh-caps=-all "$@"
}
for path in "$c" "$c/counters" "$c/sets" "$c/sets/0" "$c/sets/0/pmd0/value"; do
    name=${path#"$MNT/contexts/"}
    eq "$name: giving it away" EPERM "$(member "$TOOLS/attempt" chown "$path" 65533 65534)"
    eq "$name: to a group of others" EPERM "$(member "$TOOLS/attempt" chown "$path" 65534 4322)"
    eq "$name: to an own group" ok "$(member "$TOOLS/attempt" chown "$path" 65534 4321)"
    eq "$name: group" 4321 "$(stat -c %g "$path")"
    eq "$name: chmod by another" EPERM \
        "$("$SETPRIV" --reuid 65533 --regid 4321 --clear-groups --inh-caps=-all \
            "$TOOLS/attempt" chmod "$path" 777 | sed 's/EACCES/EPERM/')"
    eq "$name: set-user-id" EPERM "$(member "$TOOLS/attempt" chmod "$path" 4755)"
    eq "$name: chmod" ok "$(member "$TOOLS/attempt" chmod "$path" 750)"
    eq "$name: mode" 750 "$(stat -c %a "$path")"
done
# The group was allowed in by name, mode and directory.
eq "the group reads" ok "$("$SETPRIV" --reuid 65533 --regid 65533 --groups 4321 --inh-caps=-all \
    "$TOOLS/attempt" read "$c/counters")"
eq "others do not" EACCES "$(as_user 65533 "$TOOLS/attempt" read "$c/counters")"
# What was not changed follows the directory; what was, keeps it.
chown 65533 "$c" || fail "chown as root"
eq "owner of a file that nobody changed" 65533 "$(stat -c %u "$c/state")"
eq "owner of a file with a mode of its own" 65533 "$(stat -c %u "$c/counters")"
eq "mode of that file" 750 "$(stat -c %a "$c/counters")"
chown 0 "$c/events" || fail "chown of a file"
eq "owner of a file that was given away" 0 "$(stat -c %u "$c/events")"
eq "its directory" 65533 "$(stat -c %u "$c")"
# A set made anew is a new set.
chmod 700 "$c"
mkdir "$c/sets/3" && chown 65534 "$c/sets/3" && rmdir "$c/sets/3" && mkdir "$c/sets/3"
eq "owner of a set made anew" 65533 "$(stat -c %u "$c/sets/3")"
# The kernel forgets what it knew before chown returns.
for turn in 1 2 3 4 5 6 7; do
    chown 65534 "$c" && chmod 755 "$c" && chmod 644 "$c/events" && chown 65534 "$c/events"
    eq "owner writes" ok "$(as_user 65534 "$TOOLS/attempt" write "$c/events" page-faults)"
    chown -R 65533 "$c"
    eq "in turn $turn the old owner writes" EACCES \
        "$(as_user 65534 "$TOOLS/attempt" write "$c/events" task-clock)"
done
