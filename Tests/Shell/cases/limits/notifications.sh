#!/bin/sh
# A user who is notified faster than he may be waits; that is said and counted, others do not wait,
# and no event goes missing.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o user_notifications=20
# session NAME N: until N notifications have come; prints the hundredths of a second that took.
cat "$LIB/process.sh" - >session <<'END'
fail() { echo "$1"; exit 1; }
now() { read -r up _ </proc/uptime; echo "${up%.*}${up#*.}"; }
c=$MNT/contexts/$1
mkdir "$c" && echo 'page-faults:u' >"$c/events" &&
    echo 'write_pmds 0 pmd0 value=-1 long_reset=-1 flags=ovfl_notify' >"$c/ctl"
# More of them than are watched.
# shellcheck disable=SC2046 # words
workload wait $(yes faults=100000 | head -n 60) wait
began=$(now)
echo "pid $pid" >"$c/load_context" && echo 1 >"$c/start" && go
n=0
while [ "$n" -lt "$2" ] && read -r line; do
    echo "$line"
    n=$((n + 1))
    echo 1 >"$c/restart"
done <"$c/msgs_pipe" >"$1.msgs"
echo $(($(now) - began)) >"$1.time"
cat "$c/last_cmd_status"
kill -KILL "$pid"
END
chmod 777 .
export MNT TOOLS
# shellcheck disable=SC2086 # a shell with its argument
as_user 65534 $CASE_SHELL ./session nobody 25 >nobody.out 2>nobody.err
# shellcheck disable=SC2086
$CASE_SHELL ./session root 250 >root.out 2>root.err
eq "notifications of nobody" 25 "$(wc -l <nobody.msgs)"
eq "notifications of root" 250 "$(wc -l <root.msgs)"
# 20 a second, and two that may come early.
at_least "hundredths of a second that nobody waited" 110 "$(cat nobody.time)"
# 250 of them would take root 12 seconds.
at_least "1200 hundredths, more than what root waited" "$(cat root.time)" 1200
like "what is said" 'ok (takes effect in * ms: uid 65534 may have 20 notifications in a second*' \
    "$(cat nobody.out)"
deferred=$(as_user 65534 sed -n 's/^user_notifications.* deferred=//p' "$MNT/info/limits")
at_least "deferred" 5 "$deferred"
