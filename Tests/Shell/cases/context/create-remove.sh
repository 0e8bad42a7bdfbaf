#!/bin/sh
# mkdir makes a context with set 0 in it, rmdir takes it away with everything.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context web
for file in state ctx_flags events load_context unload_context start stop ctl last_cmd_status \
    counters target owner created active_set sets/0/events sets/0/pmcs sets/0/pmds \
    sets/0/set_info sets/0/set_flags; do
    [ -f "$c/$file" ] || fail "no $file"
done
eq state unloaded "$(cat "$c/state")"
eq ctx_flags none "$(cat "$c/ctx_flags")"
eq last_cmd_status ok "$(cat "$c/last_cmd_status")"
eq target none "$(cat "$c/target")"
eq load_context "" "$(cat "$c/load_context")"
eq owner "$(id -u)" "$(cut -d' ' -f1 "$c/owner")"
like created '?*' "$(cat "$c/created")"
eq active_set 0 "$(cat "$c/active_set")"
attempt EEXIST mkdir "$c"
[ -d "$c" ] || fail "a second mkdir destroyed the first context"
rm "$c/events" 2>/dev/null && fail "rm of a file"
[ -f "$c/events" ] || fail "events is gone"
(rm -r "$c") 2>/dev/null && fail "rm -r"
[ -f "$c/start" ] || fail "rm -r removed files"
rmdir "$c" || fail "rmdir of a context with files"
[ ! -e "$c" ] || fail "still there"
attempt ENOENT rmdir "$c"
# The name can be used again, and starts anew.
context web page-faults
rmdir "$c"
context web
eq "events of a new context" "" "$(tr -d '\n' <"$c/events" | sed 's/^set0: *//; s/^none$//')"
