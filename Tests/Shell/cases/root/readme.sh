#!/bin/sh
# The README in the mount has the session, and a line for every file of the root.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
for name in contexts events load_context start counters last_cmd_status clone rmdir; do
    grep -q "$name" "$MNT/README" || fail "README does not mention $name"
done
for file in "$MNT"/*; do
    grep -q "${file##*/}" "$MNT/README" || fail "README does not mention ${file##*/}"
done
