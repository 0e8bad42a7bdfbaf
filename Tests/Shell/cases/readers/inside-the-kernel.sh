#!/bin/sh
# sendfile, splice and O_DIRECT read files whole; copy_file_range declines, and cp copes.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
for file in version README info/backends pmu_desc/model; do
    cat "$MNT/$file" >expected
    "$TOOLS/attempt" sendfile "$MNT/$file" >got
    cmp expected got || fail "sendfile of $file"
    "$TOOLS/attempt" splice "$MNT/$file" | cat >got
    cmp expected got || fail "splice of $file"
    attempt ok direct "$MNT/$file"
    "$TOOLS/attempt" copy_file_range "$MNT/$file" >got
    eq "copy_file_range of $file" EXDEV "$(cat got)"
    rm -f got
    cp "$MNT/$file" got || fail "cp of $file"
    cmp expected got || fail "cp of $file: another text"
done
