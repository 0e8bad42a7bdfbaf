#!/bin/sh
# Unknown options and values are refused by name, in one line, and nothing is mounted.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

bad() {
    word=$1
    shift
    "$PFMFS" "$@" >error 2>&1
    status=$?
    is_mounted && fail "pfmfs $* mounted"
    [ "$status" -ne 0 ] || fail "pfmfs $*: status 0"
    like "pfmfs $*" "*$word*" "$(cat error)"
    eq "lines of the refusal of $*" 1 "$(wc -l <error)"
}

bad nonsense "$MNT" -o nonsense
bad nonsense "$MNT" -o rw,nonsense=5,suid
bad quantum "$MNT" -o backend=quantum
bad max_contexts "$MNT" -o max_contexts=many
bad contexts_mode "$MNT" -o contexts_mode=99999
bad -z "$MNT" -z
bad --nonsense "$MNT" --nonsense
