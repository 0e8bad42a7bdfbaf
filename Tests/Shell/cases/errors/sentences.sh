#!/bin/sh
# Each refusal of the table has its sentence: what, and what helps.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context s
refused EINVAL "$c/start" 1 '*load_context*'
refused EINVAL "$c/ctx_flags" 'systemwide' '*system_wide*'
refused ENOENT "$c/events" 'page-fault' '*page-faults*'
put "$c/events" page-faults
refused ESRCH "$c/load_context" 'pid 4194300' '*4194300*'
put "$c/load_context" "pid $$"
refused EBUSY "$c/load_context" self '*loaded*'
put "$c/start" 1
eq "after a success" ok "$(cut -c1-2 "$c/last_cmd_status")"
for file in "$c/last_cmd_status" "$MNT/info/last_cmd_status"; do
    eq "lines of $file" 1 "$(wc -l <"$file")"
done
context other page-faults
refused EEXIST "$c/load_context" self '*s*'
# Each context keeps its own.
like "the first context's" 'ok*' "$(cat "$MNT/contexts/s/last_cmd_status")"
