#!/bin/sh
# A file of a removed context answers ENODEV to who still has it open.
# shells: bash dash
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context r page-faults
exec 3<"$c/counters"
exec 4>"$c/start"
rmdir "$c"
cat <&3 >/dev/null 2>error && fail "counters of a removed context can be read"
like "the error" '*No such device*' "$(cat error)"
(echo 1 >&4) 2>/dev/null && fail "start of a removed context can be written"
exec 3<&- 4>&-
