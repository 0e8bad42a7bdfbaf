#!/bin/sh
# A name and the raw value of its PMC are two views of one state.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context a page-faults
n=$(awk '{ sub(/.*pmd=/, ""); print; exit }' "$c/counters")
# The PMC that selects for this PMD: the one that is not at its default.
raw=$(cat "$c/sets/0/pmc$n")
like "pmc$n" '0x?*' "$raw"
[ "$raw" != 0x0 ] || fail "pmc$n is 0 although an event is set"
like "pmcs" "*pmc$n*$raw*" "$(cat "$c/sets/0/pmcs")"
context b
put "$c/sets/0/pmc$n" "$raw"
put "$c/sets/0/pmd$n/value" 0
eq "pmc$n" "$raw" "$(cat "$c/sets/0/pmc$n")"
like "events" '*page-faults*' "$(cat "$c/events")"
workload wait faults=101 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 5 "101 are done" waits "$pid" 2
put "$c/stop" 1
eq "by the raw register" 101 "$(cat "$c/sets/0/pmd$n/value")"
eq "in counters" 101 "$(count page-faults)"
put "$c/unload_context" 1
# The other way: a name put over it changes the register.
put "$c/events" minor-faults
[ "$(cat "$c/sets/0/pmc$n")" != "$raw" ] || fail "pmc$n did not change with the name"
put "$c/sets/0/events" none
eq "events" "" "$(sed 's/^set0: *//; s/^none$//' "$c/events" | tr -d '\n')"
refused EINVAL "$c/sets/0/pmc$n" 0xnonsense '*0xnonsense*'
refused EINVAL "$c/sets/0/pmc$n" '' '?*'
attempt ENOENT write "$c/sets/0/pmc319" 0
attempt ENOENT write "$c/sets/0/pmd319/value" 0
finish
