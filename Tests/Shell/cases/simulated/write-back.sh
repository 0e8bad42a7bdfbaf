#!/bin/sh
# What a file shows can be written back to it, and then nothing has changed.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context w 'cycles instructions'
set=$c/sets/0
mkdir "$c/sets/2"
put "$c/ctx_flags" 'map_sets ovfl_no_msg'
put "$c/smpl_fmt" 'default buf_size=64K'
put "$set/pmc2" '0x5300c0 no_emul64'
eq "what is shown of the flag" '0x4300c0 no_emul64' "$(cat "$set/pmc2")"
grep -q '^pmc2 value=0x4300c0 .* flags=no_emul64$' "$set/pmcs" || fail "pmcs: $(cat "$set/pmcs")"
put "$set/pmd0/value" -1000
put "$set/pmd0/flags" 'ovfl_notify random'
put "$set/pmd0/smpl_pmds" 1-2
put "$set/pmd0/smpl_eventid" 4711
put "$set/set_timeout" 10ms
put "$set/set_flags" 'time_switch expl_next'
everything() {
    for dir in "$set" "$c/sets/2"; do
        grep '' "$dir"/pmc[0-9]* "$dir"/set_* "$dir"/events "$dir"/pmd[0-9]*/event \
            "$dir"/pmd[0-9]*/flags "$dir"/pmd[0-9]*/*_reset "$dir"/pmd[0-9]*/random_mask \
            "$dir"/pmd[0-9]*/*_pmds "$dir"/pmd[0-9]*/*_eventid "$dir"/pmd[0-9]*/*_cnt
    done
    grep '' "$c/ctx_flags" "$c/events" "$c/smpl_fmt" "$c/notify"
}
everything >before
written=0
# But events, which begin their counters anew.
for file in "$c"/ctx_flags "$c"/smpl_fmt "$c"/notify \
    "$set"/set_flags "$set"/set_timeout "$set"/set_id_next "$set"/pmc[0-9]* \
    "$set"/pmd0/flags "$set"/pmd0/long_reset "$set"/pmd0/short_reset "$set"/pmd0/random_mask \
    "$set"/pmd0/reset_pmds "$set"/pmd0/smpl_pmds "$set"/pmd0/smpl_eventid \
    "$set"/pmd0/ovfl_switch_cnt "$set"/pmd0/value; do
    put "$file" "$(cat "$file")"
    written=$((written + 1))
    everything >after
    cmp -s before after || fail "$file changed: $(diff before after)"
done
at_least "files" 15 "$written"
eq "a PMC without the flag" 0x5300c0 "$(
    put "$set/pmc2" 0x5300c0
    cat "$set/pmc2"
)"
