#!/bin/sh
# -V and --help say what they should and mount nothing.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

"$PFMFS" -V >version 2>&1 || fail "-V: status $?"
like "-V" '*pfmfs*[0-9].[0-9]*' "$(cat version)"
"$PFMFS" --help >help 2>&1 || fail "--help: status $?"
for word in backend= mixed_sessions hide_contexts contexts_mode= -f -V; do
    grep -q -e "$word" help || fail "--help does not mention $word"
done
is_mounted && fail "--help mounted"
"$PFMFS" -h >/dev/null 2>&1 || fail "-h: status $?"
