#!/bin/sh
# info/last_cmd_status tells the calling user, with the offending word; error_log has a caret below it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
refused EINVAL "$MNT/debug" xyzzy '*xyzzy*'
log=$(cat "$MNT/info/error_log")
like "error_log" '*debug*xyzzy*^*' "$log"
caret=$(grep -n '\^' "$MNT/info/error_log" | tail -n 1)
text=$(sed -n "$((${caret%%:*} - 1))p" "$MNT/info/error_log")
before=${caret#*:}
before=${before%%^*}
word=$(printf '%s\n' "$text" | cut -c"$((${#before} + 1))-")
like "what stands above the caret" 'xyzzy*' "$word"
put "$MNT/debug" 0
eq "after a success" ok "$(cat "$MNT/info/last_cmd_status")"
number=0
while [ "$number" -lt 40 ]; do
    "$TOOLS/attempt" write "$MNT/debug" "bad$number" >/dev/null
    number=$((number + 1))
done
grep -q bad39 "$MNT/info/error_log" || fail "the newest line is missing"
grep -q bad8 "$MNT/info/error_log" || fail "fewer than 32 commands are kept"
grep -q 'bad7' "$MNT/info/error_log" && fail "more than 32 commands are kept"
true
