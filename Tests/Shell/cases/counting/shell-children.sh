#!/bin/sh
# A shell monitors itself and, with inherit, the programs it starts.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s page-faults
put "$c/ctx_flags" inherit
echo self >"$c/load_context" || fail "self: $(cat "$c/last_cmd_status")"
echo 1 >"$c/start"
"$TOOLS/workload" faults=1009
echo 1 >"$c/stop"
at_least "page-faults" 1009 "$(count page-faults)"
eq "state" loaded "$(cat "$c/state")"
