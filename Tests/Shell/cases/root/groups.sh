#!/bin/sh
# sys_group and task_group decide who may create contexts; root is not exempt.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
put "$MNT/task_group" 4321
attempt EPERM mkdir "$MNT/contexts/a"
like "the reason" '*group*' "$(cat "$MNT/info/last_cmd_status")"
eq "nobody without the group" EPERM "$(as_user 65534 "$TOOLS/attempt" mkdir "$MNT/contexts/a")"
"$SETPRIV" --reuid 65534 --regid 65534 --groups 4321 --inh-caps=-all mkdir "$MNT/contexts/a" ||
    fail "nobody with the supplementary group 4321"
"$SETPRIV" --reuid 65534 --regid 4321 --clear-groups --inh-caps=-all mkdir "$MNT/contexts/b" ||
    fail "nobody with group 4321"
put "$MNT/task_group" -1
put "$MNT/sys_group" 4321
context s
refused EPERM "$c/ctx_flags" system_wide '*group*'
eq "ctx_flags" none "$(cat "$c/ctx_flags")"
put "$MNT/sys_group" -1
put "$c/ctx_flags" system_wide
