#!/bin/sh
# A user who is notified faster than he may be waits; that is said and counted, others do not wait,
# and no event goes missing.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o user_notifications=20
cat >session <<'END'
c=$MNT/contexts/$1
mkdir "$c" && echo 'page-faults:u' >"$c/events" &&
    echo 'write_pmds 0 pmd0 value=-1 long_reset=-1 flags=ovfl_notify' >"$c/ctl"
# Enough of them that there are some for as long as it is watched.
# shellcheck disable=SC2046 # words
setsid "$TOOLS/workload" wait $(yes faults=100000 | head -n 60) wait &
target=$!
until [ "$(cat "/proc/$target/comm" 2>/dev/null)" = waiting1 ]; do sleep 0.02; done
echo "pid $target" >"$c/load_context" && echo 1 >"$c/start" && kill -USR1 "$target"
"$CASE_SHELL" -c 'exec 3<"$1/msgs_pipe"
    while read -r line <&3; do echo "$line"; echo 1 >"$1/restart"; done' sh "$c" >"$1.msgs" &
reader=$!
sleep 1.5
cat "$c/last_cmd_status"
kill -KILL "$reader" "$target"
END
sed -i "s|\"\$CASE_SHELL\"|$CASE_SHELL|" session
chmod 777 .
export MNT TOOLS
# shellcheck disable=SC2086 # a shell with its argument
as_user 65534 $CASE_SHELL ./session nobody >nobody.out 2>nobody.err
# shellcheck disable=SC2086
$CASE_SHELL ./session root >root.out 2>root.err
nobodys=$(wc -l <nobody.msgs) roots=$(wc -l <root.msgs)
# 20 a second, for which 1.5 to 3 seconds were given, and two that may come early.
at_least "notifications of nobody" 5 "$nobodys"
[ "$nobodys" -le 65 ] || fail "nobody had $nobodys notifications"
[ "$roots" -gt "$nobodys" ] || fail "root waits too: $roots notifications"
like "what is said" 'ok (takes effect in * ms: uid 65534 may have 20 notifications in a second*' \
    "$(cat nobody.out)"
deferred=$(as_user 65534 sed -n 's/^user_notifications.* deferred=//p' "$MNT/info/limits")
at_least "deferred" 5 "$deferred"
