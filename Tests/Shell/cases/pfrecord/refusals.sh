#!/bin/sh
# What pfrecord cannot do: a sentence and status 125; no file, no context.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# pfrecord_fails STATUS PATTERN ARG...
# shellcheck disable=SC2086 # words
pfrecord_fails() {
    expected=$1 pattern=$2
    shift 2
    $CASE_SHELL "$ROOT/scripts/pfrecord" -m "$MNT" "$@" 2>err
    eq "status of pfrecord $*" "$expected" $?
    like "pfrecord $*" "$pattern" "$(cat err)"
}
pfrecord_fails 125 'usage: pfrecord*'
pfrecord_fails 125 '*unknown option -x*' -x true
pfrecord_fails 125 '*-c needs a value*' -c
pfrecord_fails 125 "*-c: '0' is not a number from 1 on*" -c 0 true
pfrecord_fails 125 "*nosuch*" -e nosuch -o a true
pfrecord_fails 125 '*clock can overflow every*' -e cpu-clock -c 1 -o a true
pfrecord_fails 127 '*not found*' -o a no-such-command
pfrecord_fails 125 '*no-such-directory/a cannot be written*' -o no-such-directory/a true
pfrecord_fails 125 '*no thread 999999*' -p 999999 -o a
pfrecord_fails 125 '*1X*' -b 1X -o a true
pfrecord_fails 125 '*asked for*maximum*' -b 1000000G -o a true
pfrecord_fails 125 '*only one of*' -p 1 -t 1 -o a
pfrecord_fails 125 '*is not a pfmfs mount*' -m . true
[ ! -e a ] || fail "a refused pfrecord left a file"
eq "contexts" "" "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1)"
