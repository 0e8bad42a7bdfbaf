#!/bin/sh
# ctl: one command per line, by perfmon2's names; stops at the first that fails and says its number.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context b page-faults
printf 'write_pmds 0 pmd0 value=1000\nload_context self\n' >"$c/ctl" || fail "ctl: $(cat "$c/last_cmd_status")"
eq state loaded "$(state "$c")"
eq "the PMD of page-faults" 1000 "$(cat "$c/sets/0/pmd0/value")"
printf 'start\nstop\n' >"$c/ctl" || fail "start, stop: $(cat "$c/last_cmd_status")"
"$TOOLS/attempt" write "$c/ctl" 'unload_context
nonsense 1
load_context self
' >found
eq "a batch with a bad line" EINVAL "$(cat found)"
like "the reason" '*2*nonsense*' "$(cat "$c/last_cmd_status")"
eq "the line before it was carried out, the line behind it was not" unloaded "$(state "$c")"
refused EINVAL "$c/ctl" 'write_pmds 0 pmd319 value=1' '*pmd319*'
refused EINVAL "$c/ctl" 'write_pmds 7 pmd0 value=1' '*7*'
refused EINVAL "$c/ctl" 'write_pmds 0 pmd0 value=x' '*x*'
refused EINVAL "$c/ctl" 'write_pmcs 0 pmc319=0x1' '*pmc319*'
