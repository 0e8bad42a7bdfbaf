#!/bin/sh
# The README in the mount has a session that can be pasted, and a line for every file of the root.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
for name in contexts events load_context start counters last_cmd_status clone rmdir; do
    grep -q "$name" "$MNT/README" || fail "README does not mention $name"
done
for file in "$MNT"/*; do
    grep -q "${file##*/}" "$MNT/README" || fail "README does not mention ${file##*/}"
done
# Its session works as it stands.
sed -n '/^  mkdir/,/^  rmdir/p' "$MNT/README" >session
eq "lines of the session" 5 "$(wc -l <session)"
# shellcheck disable=SC2086 # words
(cd "$MNT" && $CASE_SHELL -e "$PFMFS_CASE/session") >output 2>error || fail "the session: $(cat error output)"
eq "words on stderr" "" "$(cat error)"
grep -q '^page-faults .*quality=exact' output || fail "no page-faults: $(cat output)"
