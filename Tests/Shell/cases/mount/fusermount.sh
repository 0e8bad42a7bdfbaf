#!/bin/sh
# fusermount3 -u ends it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command fusermount3
"$PFMFS" "$MNT" || fail "mount"
fusermount3 -u "$MNT" || fail "fusermount3 -u"
is_mounted && fail "still mounted"
true
