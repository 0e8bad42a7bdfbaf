#!/bin/sh
# Without -m pfstat finds the mount; with PFMFS_MOUNT it takes that.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# shellcheck disable=SC2086 # words
$CASE_SHELL "$ROOT/scripts/pfstat" -e page-faults true 2>err || fail "no mount found: $(cat err)"
# shellcheck disable=SC2086 # words
PFMFS_MOUNT=$MNT $CASE_SHELL "$ROOT/scripts/pfstat" -e page-faults true 2>err || fail "$(cat err)"
# shellcheck disable=SC2086 # words
PFMFS_MOUNT=/nowhere $CASE_SHELL "$ROOT/scripts/pfstat" -e page-faults true 2>err
eq "status with a wrong PFMFS_MOUNT" 125 $?
