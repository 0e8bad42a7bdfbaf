#!/bin/sh
# formats/: a directory per sampling format, each with its version.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
[ -d "$MNT/formats" ] || fail "no formats"
for format in "$MNT"/formats/*; do
    [ -e "$format" ] || skip "no sampling format yet"
    like "$format/version" '[0-9].[0-9]' "$(cat "$format/version")"
    like "$format/description" '?*' "$(cat "$format/description")"
done
eq "default" 1.0 "$(cat "$MNT/formats/default/version")"
