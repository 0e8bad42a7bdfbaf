#!/bin/sh
# pfstat's own failures: one line, status 125, and the command is not run.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# shellcheck disable=SC2086 # words
bad() {
    $CASE_SHELL "$ROOT/scripts/pfstat" "$@" touch ran 2>err
    eq "status of pfstat $*" 125 $?
    [ ! -e ran ] || fail "pfstat $* ran the command"
    eq "lines of pfstat $*" 1 "$(wc -l <err)"
}
bad -m "$MNT" -e no-such-event
grep -q no-such-event err || fail "does not name the event: $(cat err)"
bad -m "$MNT" -e ''
bad -m "$MNT" -p one
bad -m "$MNT" -I soon
bad -m "$MNT" -I 1
bad -m "$MNT" -Z
bad -m "$MNT" -p 1 -C 0
bad -m "$MNT" -C 9999
bad -m "$PFMFS_CASE"
# shellcheck disable=SC2086 # words
$CASE_SHELL "$ROOT/scripts/pfstat" -h >out || fail "-h"
grep -q '^usage: pfstat' out || fail "-h prints no usage"
eq "contexts left" 0 "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 | wc -l)"
