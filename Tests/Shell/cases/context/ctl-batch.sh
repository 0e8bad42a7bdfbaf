#!/bin/sh
# What is written to ctl between open and close is one batch, in however many writes the shell
# hands it over: behind the first line that fails nothing is carried out.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context b
# bash gives each of these lines a write of its own, dash and busybox do not.
(printf 'create_evtsets 1\nnonsense\ncreate_evtsets 2\n' >"$c/ctl") 2>/dev/null && fail "accepted"
like "the reason" 'line 2: nonsense *' "$(cat "$c/last_cmd_status")"
[ -d "$c/sets/1" ] || fail "the line before it was not carried out"
[ ! -e "$c/sets/2" ] || fail "the line behind it was carried out"
exec 3>"$c/ctl"
(echo create_evtsets 3 >&3) || fail "the first write: $(cat "$c/last_cmd_status")"
(echo create_evtsets 4 >&3) || fail "the second write: $(cat "$c/last_cmd_status")"
(echo create_evtsets 4 flags=nonsense >&3) 2>/dev/null && fail "nonsense was accepted"
like "the reason" 'line 3: nonsense *' "$(cat "$c/last_cmd_status")"
(echo create_evtsets 5 >&3) 2>/dev/null && fail "the batch went on"
like "the reason, still" 'line 3: nonsense *' "$(cat "$c/last_cmd_status")"
exec 3>&-
[ ! -e "$c/sets/5" ] || fail "the line behind it was carried out"
put "$c/ctl" 'create_evtsets 5'
eq "sets" "0 1 3 4 5" "$(cd "$c/sets" && echo *)"
