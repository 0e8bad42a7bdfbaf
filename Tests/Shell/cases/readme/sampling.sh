#!/bin/sh
# The sampling session of README.md, pasted as it stands.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command perf
mount_pfmfs
awk '
    /^```sh$/ { text = ""; inside = 1; next }
    /^```$/ { if (inside && text ~ /smpl_fmt/) printf "%s", text; inside = 0 }
    inside { text = text $0 "\n" }' "$ROOT/README.md" >session
grep -q 'rmdir contexts/prof' session || fail "no session in the README: $(cat session)"
{ printf 'cd %s\n' "$MNT"; cat session; } >here
# shellcheck disable=SC2086 # words
$CASE_SHELL -e here >output 2>error || fail "the session: $(cat error output)"
like "the report" "*of event 'page-faults'*" "$(cat output)"
grep -q '^ls;.* [0-9][0-9]*$' output || fail "no folded stacks: $(cat output)"
[ ! -e "$MNT/contexts/prof" ] || fail "the context is still there"
