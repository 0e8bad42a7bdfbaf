#!/bin/sh
# Names of contexts: any name that a directory can have.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
long=$(printf '%0255d' 7)
for name in a A-b_c.d 'with space' 0 "$long"; do
    mkdir "$MNT/contexts/$name" || fail "mkdir '$name'"
    eq "state of '$name'" unloaded "$(cat "$MNT/contexts/$name/state")"
    rmdir "$MNT/contexts/$name" || fail "rmdir '$name'"
done
attempt ENAMETOOLONG mkdir "$MNT/contexts/${long}8"
attempt ENOENT mkdir "$MNT/contexts/no/such"
for place in "$MNT/x" "$MNT/info/x" "$MNT/pmu_desc/x" "$MNT/events/x" "$MNT/cpu/x"; do
    like "mkdir $place" 'E*' "$("$TOOLS/attempt" mkdir "$place")"
    [ ! -e "$place" ] || fail "$place exists"
done
context a
for place in "$c/x" "$c/sets/x" "$c/sets/70000" "$c/sets/-1" "$c/sets/0/x"; do
    like "mkdir $place" 'E*' "$("$TOOLS/attempt" mkdir "$place")"
    [ ! -e "$place" ] || fail "$place exists"
done
