#!/bin/sh
# last_cmd_status keeps the reason of a refusal until it was read: reads do not hide it, a second
# refusal is counted, and a success right behind it does not hide it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
status() {
    cat "$c/last_cmd_status"
}
wrong() { # FILE TEXT...
    "$TOOLS/attempt" write "$c/$1" "$2
" >/dev/null
}
# Reads, those that fail too.
wrong ctx_flags sideways
for file in sets/0/pmd3/value start ctl sets/0/view; do
    "$TOOLS/attempt" read "$c/$file" >/dev/null
done
grep -r . "$c" >/dev/null 2>&1
like "after reading everything" '*sideways*' "$(status)"
like "once more" '*sideways*' "$(status)"
put "$c/ctx_flags" none
eq "after a success" ok "$(status)"
# A value that cannot be read is told when there is nothing else to tell.
attempt EINVAL read "$c/sets/0/pmd3/value"
like "a value" '*pmd3*never used*' "$(status)"
put "$c/ctx_flags" none
# Several that fail.
wrong ctx_flags first
wrong ctx_flags second
wrong start third
like "three refusals" '*third*(and 2 more, see info/error_log)' "$(status)"
for word in first second third; do
    grep -q "$word" "$MNT/info/error_log" || fail "$word is not in info/error_log"
done
wrong ctx_flags fourth
case $(status) in *more*) fail "what was read is counted again: $(status)" ;; esac
# A pasted block of which the last line succeeds.
wrong ctx_flags fifth
put "$c/ctx_flags" none
like "a success right behind it" '*fifth*' "$(status)"
put "$c/ctx_flags" none
eq "it was read" ok "$(status)"
wrong ctx_flags sixth
sleep 1.1
put "$c/ctx_flags" none
eq "a success much later" ok "$(status)"
# What is refused before anything could be written.
attempt EACCES write "$c/counters" 1
like "a file that can only be read" '*counters*only be read*' "$(status)"
attempt EACCES write "$MNT/version" 1
like "in the root" '*version*only be read*' "$(cat "$MNT/info/last_cmd_status")"
