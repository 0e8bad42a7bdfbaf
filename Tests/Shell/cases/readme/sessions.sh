#!/bin/sh
# The sessions of README.md, pasted as they stand, in each shell.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# block N: the Nth block of shell in the README, on our mountpoint, without mount and umount.
block() {
    awk -v wanted="$1" '
        /^```sh$/ { number++; inside = number == wanted; next }
        /^```$/ { inside = 0 }
        inside' "$ROOT/README.md" |
        sed "s|mkdir -p /sys-perfmon && mount -t fuse pfmfs /sys-perfmon && ||
            s|^cd / && umount /sys-perfmon||; s|/sys-perfmon|$MNT|g"
}

block 1 >first
grep -q 'contexts/web/counters' first || fail "the first block is not the session: $(cat first)"
# shellcheck disable=SC2086 # words
$CASE_SHELL -e first >output 2>error || fail "the session: $(cat error output)"
eq "words on stderr" "" "$(cat error)"
grep -q '^page-faults  *[0-9][0-9]*  *quality=exact' output || fail "no page-faults: $(cat output)"
grep -q '^pmd[0-9]* value=' output || fail "no registers: $(cat output)"
[ ! -e "$MNT/contexts/web" ] || fail "the context is still there"

number=1
: >text
while ! grep -q clone text && [ "$number" -lt 9 ]; do
    number=$((number + 1))
    block "$number" >text
done
# shellcheck disable=SC2086 # words
$CASE_SHELL -e text >output 2>error || fail "the session with clone: $(cat error output)"
eq "words on stderr" "" "$(cat error)"
eq "lines of counters" 2 "$(grep -c quality= output)"
