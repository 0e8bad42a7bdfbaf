#!/bin/sh
# A privileged program that prints to a descriptor which a user opened gives no commands with its own rights.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
workload wait
roots=$pid
c=$MNT/contexts/trap
as_user 65534 mkdir "$c" || fail "mkdir"
eq "events" ok "$(as_user 65534 "$TOOLS/attempt" write "$c/events" page-faults:u)"

# A set-user-id program that says what it is told, on its standard error.
cp "$(program cat)" ./privileged
chmod 755 .
chown 0:0 privileged && chmod 4755 privileged
echo "pid $roots" >line
chmod 644 line
case $(findmnt -no OPTIONS -T . 2>/dev/null) in *nosuid*) skip "no set-user-id programs here" ;; esac
for file in load_context ctl; do
    text="pid $roots"
    [ $file = load_context ] || text="load_context pid $roots"
    echo "$text" >line
    # shellcheck disable=SC2016 # for the user's shell
    as_user 65534 sh -c './privileged line >"$1"' sh "$c/$file" 2>/dev/null &&
        fail "root's rights loaded the context through $file"
    eq "target" none "$(as_user 65534 cat "$c/target")"
    like "the reason" "*belongs to uid 0*uid 65534*" "$(as_user 65534 cat "$c/last_cmd_status")"
done

echo "tid $roots signal KILL" >line
# shellcheck disable=SC2016
as_user 65534 sh -c './privileged line >"$1"' sh "$c/notify" 2>/dev/null &&
    fail "root's rights asked for a signal to a thread of root"

# Nor does a descriptor that root opened lend root's rights to who inherits it.
mkdir "$MNT/contexts/roots"
d=$MNT/contexts/roots
put "$d/events" page-faults:u
spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all sleep 60
theirs=$pid
exec 3>"$d/load_context"
# shellcheck disable=SC2016
as_user 65534 sh -c 'echo "pid $1" >&3' sh "$roots" 2>/dev/null && fail "nobody loads root's thread"
eq "target" none "$(cat "$d/target")"
# shellcheck disable=SC2016
as_user 65534 sh -c 'echo "pid $1" >&3' sh "$theirs" || fail "nobody loads an own thread: $(why "$d/x")"
exec 3>&-
like "target" "tid $theirs" "$(cat "$d/target")"
