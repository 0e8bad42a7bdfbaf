#!/bin/sh
# Descriptors: a load that a user may not have, or that pfmfs cannot, is refused with ENFILE, says
# how many there are, and leaves none behind.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
need_command prlimit
mount_pfmfs -o user_descriptors=10
nobody() { as_user 65534 "$@"; }
user_sleeps() {
    spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all sleep 60
    until_true 5 "sleep runs as nobody" user_runs "$pid"
}
user_runs() { [ "$(stat -c %u "/proc/$1")" = 65534 ]; }
user_sleeps
first=$pid
user_sleeps
for name in a b; do
    nobody mkdir "$MNT/contexts/$name"
    echo 'page-faults:u task-clock:u' | nobody tee "$MNT/contexts/$name/events" >/dev/null
done
echo "pid $first" | nobody tee "$MNT/contexts/a/load_context" >/dev/null || fail "the first load"
# A gate, two events, a ring and a pidfd.
eq "charged" 'user_descriptors used=5 max=10' "$(nobody grep ^user_desc "$MNT/info/limits")"
echo 'page-faults:u task-clock:u minor-faults:u' | nobody tee "$MNT/contexts/b/events" >/dev/null
eq "one too many" ENFILE \
    "$(nobody "$TOOLS/attempt" write "$MNT/contexts/b/load_context" "pid $pid")"
like "the reason" 'uid 65534 has 5 descriptors and may have 10, and 6 more are needed; *' \
    "$(cat "$MNT/contexts/b/last_cmd_status")"
eq "state" unloaded "$(state "$MNT/contexts/b")"
echo 'page-faults:u task-clock:u' | nobody tee "$MNT/contexts/b/events" >/dev/null
echo "pid $pid" | nobody tee "$MNT/contexts/b/load_context" >/dev/null || fail "the second load"
context root 'page-faults task-clock minor-faults major-faults'
put "$c/load_context" "pid $$"

# The whole process has too few.
rmdir "$MNT/contexts/a" "$MNT/contexts/b" "$c"
used=$(find "/proc/$daemon/fd" -mindepth 1 | wc -l)
prlimit --pid "$daemon" --nofile=$((used + 4)):$((used + 4))
context tight 'task-clock task-clock cpu-clock cpu-clock'
refused ENFILE "$c/load_context" "pid $$" \
    "pfmfs has $used descriptors open, 7 more are needed, and the limit is *LimitNOFILE*"
eq "descriptors" "$used" "$(find "/proc/$daemon/fd" -mindepth 1 | wc -l)"
