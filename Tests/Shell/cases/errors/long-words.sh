#!/bin/sh
# A word of some thousand bytes is refused with a sentence that fits a screen, what was written first
# and what is wrong with it included; the caret of error_log stands below the word.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context w
word=first$(printf '%03000d' 0)last
for file in events ctx_flags load_context start ctl sets/0/pmc0 sets/0/pmd0/value sets/0/set_flags; do
    (echo "$word" >"$c/$file") 2>/dev/null && fail "$file accepted it"
    sentence=$(cat "$c/last_cmd_status")
    like "the reason of $file" '*first0*' "$sentence"
    [ "${#sentence}" -lt 800 ] || fail "the reason of $file has ${#sentence} bytes"
done
put "$c/events" page-faults
(echo "page-faults $word nonsense" >"$c/events") 2>/dev/null && fail "events accepted it"
longest=$(awk '{ if (length($0) > most) most = length($0) } END { print most }' "$MNT/info/error_log")
[ "$longest" -lt 800 ] || fail "a line of error_log has $longest bytes"
tail -n 3 "$MNT/info/error_log" >entry
eq "the word above the caret" 'first' "$(awk 'NR == 1 { line = $0 }
    NR == 2 { print substr(line, index($0, "^"), 5) }' entry)"
