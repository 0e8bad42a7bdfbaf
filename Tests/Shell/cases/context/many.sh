#!/bin/sh
# Hundreds of contexts, made and removed.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
number=0
while [ "$number" -lt 300 ]; do
    mkdir "$MNT/contexts/c$number" || fail "mkdir $number: $(cat "$MNT/info/last_cmd_status")"
    number=$((number + 1))
done
eq "listed" 300 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 -type d | wc -l)"
eq "the last one" unloaded "$(cat "$MNT/contexts/c299/state")"
(cd "$MNT/contexts" && rmdir c*) || fail "rmdir"
eq "left" 0 "$(find "$MNT/contexts" -mindepth 1 | wc -l)"
unmount_pfmfs
mount_pfmfs -o max_contexts=3
mkdir "$MNT/contexts/1" "$MNT/contexts/2" "$MNT/contexts/3" || fail "three contexts"
like "the fourth" 'E*' "$("$TOOLS/attempt" mkdir "$MNT/contexts/4")"
like "the reason" '*3*' "$(cat "$MNT/info/last_cmd_status")"
rmdir "$MNT/contexts/2"
mkdir "$MNT/contexts/4" || fail "room again after rmdir"
