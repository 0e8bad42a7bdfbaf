#!/bin/sh
# events: what is written, what reads back, and what is refused.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context e
put "$c/events" 'page-faults task-clock'
like events '*page-faults task-clock' "$(cat "$c/events")"
eq "events of set 0" 'page-faults task-clock' "$(cat "$c/sets/0/events")"
eq "counters" "page-faults task-clock" "$(awk '{ printf "%s%s", sep, $1; sep = " " }' "$c/counters")"
put "$c/events" 'set0: context-switches'
eq "events of set 0" context-switches "$(cat "$c/sets/0/events")"
put "$c/sets/0/events" 'minor-faults page-faults'
like "events after a write to the set" '*minor-faults page-faults' "$(cat "$c/events")"
# Reading back what was read changes nothing.
put "$c/events" "$(cat "$c/events")"
eq "events of set 0" 'minor-faults page-faults' "$(cat "$c/sets/0/events")"
refused ENOENT "$c/events" 'page-faults page-fautls' '*page-fautls*page-faults*'
refused ENOENT "$c/events" no-such-event-at-all '*no-such-event-at-all*'
refused ENOENT "$c/events" 'nopmu/x=1/' '*nopmu*'
like "after refusals" 'minor-faults page-faults' "$(cat "$c/sets/0/events")"
line=
number=0
while [ "$number" -lt 200 ]; do
    line="$line page-faults"
    number=$((number + 1))
done
refused ENOSPC "$c/events" "${line# }" '*[0-9]*'
put "$c/sets/0/events" none
eq "events after none" none "$(cat "$c/events")"
put "$c/events" "$(cat "$c/events")"
refused ENOENT "$c/events" 'page-faults,task-clock' '*blanks*'
eq "counters after none" "" "$(cat "$c/counters")"
refused EINVAL "$c/events" 'set0 page-faults:' '?*'
