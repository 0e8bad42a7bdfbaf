#!/bin/sh
# st_size covers the text, so that tools which trust it read everything.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context a page-faults
find "$MNT" -type f ! -path "$MNT/events/*" ! -name clone ! -name '*_pipe' ! -name msgq \
    ! -path '*/pm[cd][1-9]*' >files
while read -r file; do
    [ -r "$file" ] || continue
    case $(stat -c %a "$file") in 2??) continue ;; esac
    size=$(stat -c %s "$file")
    # A register that was never programmed has no value.
    length=$(cat "$file" 2>/dev/null | wc -c)
    [ "$length" -le "$size" ] || fail "$file: $length bytes, st_size $size"
    [ $((size % 4096)) -eq 0 ] || fail "$file: st_size $size is not of whole pages"
    [ "$size" -ge 4096 ] || fail "$file: st_size $size"
done <files
at_least "files looked at" 80 "$(wc -l <files)"
