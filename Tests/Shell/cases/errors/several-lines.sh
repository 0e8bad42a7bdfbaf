#!/bin/sh
# Several lines in one write: each a command; the first bad one stops, with its number.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
"$TOOLS/attempt" write "$MNT/debug" '3
4
' >found
eq "two good lines" ok "$(cat found)"
eq debug 4 "$(cat "$MNT/debug")"
"$TOOLS/attempt" write "$MNT/debug" '5
bad
6
' >found
like "a bad line in the middle" '*' "$(cat found)"
eq "debug is as of the line before" 5 "$(cat "$MNT/debug")"
like "the reason" '*2*bad*' "$(cat "$MNT/info/last_cmd_status")"
(echo 1; echo 2; echo 3) >"$MNT/debug" || fail "three writes to one open file"
eq debug 3 "$(cat "$MNT/debug")"
printf '%s\n' 4 5 >"$MNT/debug"
eq debug 5 "$(cat "$MNT/debug")"
put "$MNT/debug" 0
