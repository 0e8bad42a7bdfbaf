#!/bin/sh
# create_evtsets of a set that exists gives its control registers their defaults, as perfmon2 did;
# mkdir refuses it, and the files of the set change one thing each.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context s
set=$c/sets/0
standard=$(cat "$set/pmc16")
put "$c/ctl" 'write_pmcs 0 pmc16 value=0xaa'
put "$c/ctl" 'write_pmcs 0 pmc0 value=0x5300c0 flags=no_emul64'
put "$c/ctl" 'write_pmds 0 pmd0 value=77 long_reset=-5'
[ "$(cat "$set/pmc16")" != "$standard" ] || fail "pmc16 has its default already"
eq "a file of the set" ok "$("$TOOLS/attempt" write "$set/set_timeout" 10ms)"
[ "$(cat "$set/pmc16")" != "$standard" ] || fail "set_timeout took the registers away"
put "$c/ctl" 'create_evtsets 0 timeout=10000000 flags=0x2'
like "what is said" 'ok (*defaults*)' "$(cat "$c/last_cmd_status")"
eq "pmc16" "$standard" "$(cat "$set/pmc16")"
eq "pmc0" 0x100000 "$(cat "$set/pmc0")"
eq "pmd0 is kept" '77 18446744073709551611' "$(cat "$set/pmd0/value" "$set/pmd0/long_reset" | xargs)"
eq "flags" time_switch "$(cat "$set/set_flags")"
attempt EEXIST mkdir "$set"
put "$c/ctl" 'create_evtsets 3 id_next=0'
put "$set/events" cycles
put "$c/ctl" 'create_evtsets 3 flags=expl_next'
eq "another set keeps its events" cycles "$(cat "$set/events")"
eq "set_id_next" 0 "$(cat "$c/sets/3/set_id_next")"
# What is refused changes nothing.
refused EINVAL "$c/ctl" 'create_evtsets 0 flags=ovfl_switch,time_switch' '*exclude*'
eq "events" cycles "$(cat "$set/events")"
