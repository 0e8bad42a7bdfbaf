#!/bin/sh
# A context from clone lives as long as the descriptor.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
exec 3<>"$MNT/clone" || fail "open clone"
read -r name <&3
c=$MNT/contexts/$name
[ -d "$c" ] || fail "no context '$name'"
eq "owner" "$(id -u)" "$(cut -d' ' -f1 "$c/owner")"
put "$c/events" page-faults
echo self >"$c/load_context" || fail "load on the shell"
put "$c/start" 1
at_least "sessions" 1 "$(cat "$MNT/task_sessions_count")"
# A second one, beside it.
exec 4<>"$MNT/clone"
read -r other <&4
[ "$name" != "$other" ] || fail "two opens of clone gave one context"
[ -d "$MNT/contexts/$other" ] || fail "no second context"
exec 4>&-
gone() { [ ! -e "$1" ]; }
until_true 2 "the second is gone with its descriptor" gone "$MNT/contexts/$other"
# A child's copy keeps it, the last copy ends it.
sleep 30 &
spawned="$spawned $!"
child=$!
exec 3>&-
never "it is gone although a copy of the descriptor is open" gone "$c"
kill "$child"
wait "$child" 2>/dev/null
until_true 2 "the context is gone with the last copy" gone "$c"
eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
