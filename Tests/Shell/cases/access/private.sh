#!/bin/sh
# A context is its maker's alone unless he says otherwise; an umask can only take away.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
umask 022
context mine page-faults
eq "mode of a new context" 700 "$(stat -c %a "$c")"
for file in counters state target events msgs sets/0/pmds last_cmd_status; do
    eq "nobody reads $file" EACCES "$(as_user 65534 "$TOOLS/attempt" read "$c/$file")"
done
for file in events load_context start ctl ctx_flags sets/0/pmd0/value; do
    eq "nobody writes $file" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$c/$file" 1)"
done
eq "nobody makes a set" EACCES "$(as_user 65534 "$TOOLS/attempt" mkdir "$c/sets/1")"
eq "nobody removes it" EPERM "$(as_user 65534 "$TOOLS/attempt" rmdir "$c")"

# Who asks for a mode gets it, less the umask.
eq "mkdir with a mode" ok "$("$TOOLS/attempt" mkdir "$MNT/contexts/told")"
eq "its mode" 755 "$(stat -c %a "$MNT/contexts/told")"
(umask 027 && "$TOOLS/attempt" mkdir "$MNT/contexts/masked") >/dev/null
eq "mode less the umask" 750 "$(stat -c %a "$MNT/contexts/masked")"

# chmod opens it for reading, not for driving, and what others could disturb stays shut.
chmod 755 "$c"
eq "counters" ok "$(as_user 65534 "$TOOLS/attempt" read "$c/counters")"
eq "messages" EACCES "$(as_user 65534 "$TOOLS/attempt" read "$c/msgs_pipe")"
eq "start" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$c/start" 1)"
eq "events" EACCES "$(as_user 65534 "$TOOLS/attempt" write "$c/events" task-clock)"
eq "a set" EACCES "$(as_user 65534 "$TOOLS/attempt" mkdir "$c/sets/1")"
chmod 700 "$c"
eq "shut again" EACCES "$(as_user 65534 "$TOOLS/attempt" read "$c/counters")"

exec 3<>"$MNT/clone"
read -r name <&3
eq "mode of a clone" 700 "$(stat -c %a "$MNT/contexts/$name")"
exec 3>&-
