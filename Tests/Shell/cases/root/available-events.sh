#!/bin/sh
# info/available_events and events/ tell the same names, and a listed name is accepted.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
list=$MNT/info/available_events
at_least "events" 20 "$(wc -l <"$list")"
awk 'NF < 2 { print; bad = 1 } END { exit bad }' "$list" || fail "a line without pmu and event"
grep -q ' page-faults' "$list" || fail "no page-faults"
for pmu in "$MNT"/events/*/; do
    pmu=${pmu%/}
    first=
    for event in "$pmu"/*; do
        [ -f "$event" ] && first=$event && break
    done
    [ -n "$first" ] || fail "$pmu is empty"
    at_least "size of $first" 10 "$(wc -c <"$first")"
done
found=$(find "$MNT/events" -name page-faults -type f)
like "events/.../page-faults" '*/events/*/page-faults' "$found"
like "its text" '*page*' "$(cat "$found")"
attempt ENOENT stat "${found%/*}/no-such-event"
attempt ENOENT stat "$MNT/events/no-such-pmu"
awk '{ print $1 }' "$list" | sort -u >listed
find "$MNT/events" -mindepth 1 -maxdepth 1 | sed 's|.*/||' | sort >directories
eq "PMUs of both" "$(cat directories)" "$(cat listed)"
context a
for event in page-faults task-clock context-switches cpu-clock minor-faults; do
    put "$c/events" "$event"
    like "events after $event" "*$event*" "$(cat "$c/events")"
done
