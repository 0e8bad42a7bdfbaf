#!/bin/sh
# A context that was chowned and bind-mounted into namespaces without any capability is driven there.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
need_command unshare
"$UNSHARE" --mount --pid --fork true 2>/dev/null || skip "no namespaces can be made here"
mount_pfmfs
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
context web page-faults:u
chown 65534:65534 "$c"
mkdir perf
chmod 755 .
cp "$TOOLS/workload" ./workload
chmod 755 workload
cat "$LIB/process.sh" - >inside.sh <<'END'
fail() { echo "$1"; cat last_cmd_status; exit 1; }
cd "$2/perf" || exit 1
TOOLS=$1
workload wait faults=23 wait
echo "pid $pid" >load_context || fail load
[ "$(cat target)" = "tid $pid" ] || fail "target $(cat target)"
echo 1 >start || fail start
go
until_true 5 "23 are done" waits "$pid" 2
echo 1 >stop || fail stop
cat counters
echo "pid 1" >load_context 2>/dev/null && fail "loaded twice"
echo 1 >unload_context || fail unload
finish
grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status
END
# shellcheck disable=SC2016 # for the shell inside
"$UNSHARE" --mount --pid --fork --mount-proc --kill-child sh -c '
    mount --bind "$1" perf && umount -l "$3" &&
    exec "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --no-new-privs --inh-caps=-all \
        --bounding-set=-all sh inside.sh "$2" "$PWD"
' sh "$c" "$PWD" "$MNT" >inside.out 2>&1 || fail "inside: $(cat inside.out)"
grep -q '^CapBnd:[[:space:]]*0000000000000000' inside.out || fail "not without capabilities"
eq "page-faults:u" 23 "$(awk '$1 == "page-faults:u" { print $2 }' inside.out)"
eq "state outside" unloaded "$(state "$c")"
