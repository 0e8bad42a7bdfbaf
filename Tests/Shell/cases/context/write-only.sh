#!/bin/sh
# start, stop, unload_context and ctl cannot be read.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context w
for file in start stop unload_context ctl; do
    found=$("$TOOLS/attempt" read "$c/$file")
    case $found in
        EACCES | EPERM | EINVAL | ok) ;;
        *) fail "reading $file: $found" ;;
    esac
    eq "text of $file" "" "$(cat "$c/$file" 2>/dev/null)"
done
