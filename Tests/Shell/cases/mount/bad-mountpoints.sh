#!/bin/sh
# A wrong mountpoint: one clear line and a non-zero exit.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

bad() {
    "$PFMFS" "$@" >error 2>&1
    status=$?
    [ "$status" -ne 0 ] || fail "pfmfs $*: status 0"
    eq "lines for pfmfs $*" 1 "$(wc -l <error)"
    like "the refusal" 'pfmfs: *' "$(cat error)"
}

bad
bad "$PFMFS_CASE/missing"
grep -q missing error || fail "does not name the missing directory: $(cat error)"
: >plain
bad "$PFMFS_CASE/plain"
bad one two three
is_mounted && fail "mounted"
true
