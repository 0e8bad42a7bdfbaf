#!/bin/sh
# kill -9 of clients in every wait: reads of each file that waits, poll, and requests that a stopped
# daemon has not answered. Nothing of them stays.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
descriptors() { find "/proc/$daemon/fd" -mindepth 1 2>/dev/null | wc -l; }
workload wait
context w page-faults
put "$c/smpl_fmt" "default buf_size=64K"
put "$c/ctl" 'write_pmds 0 pmd0 value=-1000003 long_reset=-7 flags=ovfl_notify'
put "$c/load_context" "pid $pid"
put "$c/start" 1
# The first look at profiles starts a helper that stays.
"$TOOLS/attempt" open "$c/smpl/perf.data_pipe" >/dev/null
before=$(descriptors)
clients=
for file in msgs_pipe msgq smpl/samples_pipe smpl/perf.data_pipe; do
    for _ in 1 2 3; do
        dd if="$c/$file" of=/dev/null bs=4096 2>/dev/null &
        clients="$clients $!"
    done
done
for file in msgs_pipe msgq smpl/samples_pipe; do
    "$TOOLS/attempt" poll "$c/$file" 30000 >/dev/null &
    clients="$clients $!"
done
all_wait() {
    for client in $clients; do grep -q '^State:.S' "/proc/$client/status" || return 1; done
}
until_true 5 "all clients wait" all_wait
sleep 0.1
# shellcheck disable=SC2086 # a list
kill -KILL $clients
# shellcheck disable=SC2086
wait $clients 2>/dev/null

# Requests that are not answered yet.
kill -STOP "$daemon"
"$TOOLS/attempt" mkdir "$MNT/contexts/orphan" >/dev/null &
clients=$!
"$TOOLS/attempt" openrw "$MNT/clone" >/dev/null &
clients="$clients $!"
for call in "write $c/stop 1" "write $c/unload_context 1" "stat $MNT/version" "open $c/counters" \
    "rmdir $MNT/contexts/none"; do
    # shellcheck disable=SC2086 # words
    "$TOOLS/attempt" $call >/dev/null &
    clients="$clients $!"
done
sleep 0.2
# shellcheck disable=SC2086
kill -KILL $clients
kill -CONT "$daemon"
# shellcheck disable=SC2086
wait $clients 2>/dev/null
answers || fail "does not answer"
rmdir "$MNT/contexts/orphan" 2>/dev/null
no_clone() { [ -z "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1 -name 'clone-*')" ]; }
until_true 5 "the clone of a killed client is gone" no_clone
put "$c/unload_context" 1
put "$c/load_context" "pid $pid"
put "$c/start" 1
eq "descriptors" "$before" "$(descriptors)"
put "$c/stop" 1
rmdir "$c"
finish
