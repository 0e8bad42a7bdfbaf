#!/bin/sh
# A live pfmfs on the same point is refused and goes on.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
mkdir "$MNT/contexts/kept"
"$PFMFS" "$MNT" >error 2>&1 && fail "mounted twice"
eq "lines" 1 "$(wc -l <error)"
like "the refusal" "*$MNT*" "$(cat error)"
[ -d "$MNT/contexts/kept" ] || fail "the first mount is not the one seen"
