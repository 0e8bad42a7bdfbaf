#!/bin/sh
# Random operations of three users at once: the daemon lives, answers in time, leaks nothing, and no
# process stays behind or stopped. Repeat a failure with SEED=N from the first line of the output.
# shells: dash
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
seconds=${SECONDS_OF_STORM:-4}
echo "SEED=$seed"
# No request may take longer, on a machine that others use too.
slowest=10000
descriptors() { find "/proc/$daemon/fd" -mindepth 1 2>/dev/null | wc -l; }

storm() {
    storms=
    for uid in 0 65533 65534; do
        setpriv --reuid "$uid" --regid "$uid" --clear-groups --inh-caps=-all \
            "$TOOLS/hostile" "$MNT" "$seconds" "$seed" "$slowest" >"storm.$uid" 2>&1 &
        storms="$storms $!"
    done
    slow=0
    while kill -0 "${storms##* }" 2>/dev/null; do
        timeout 10 cat "$MNT/version" >/dev/null || fail "does not answer (seed $seed)"
        sleep 0.1
    done
    for one in $storms; do
        wait "$one" || slow=1
    done
    cat storm.*
    [ "$slow" = 0 ] || fail "an operation took longer than $slowest ms (seed $seed)"
    for directory in "$MNT"/contexts/* "$MNT"/contexts/.*; do
        case $directory in */. | */..) continue ;; esac
        [ ! -d "$directory" ] || rmdir "$directory" || fail "$directory cannot be removed"
    done
    no_clones() { [ -z "$(ls -A "$MNT/contexts")" ]; }
    until_true 5 "contexts are gone" no_clones
}

for backend in perf simulated; do
    mount_pfmfs -o "backend=$backend,mixed_sessions"
    # What a first storm leaves open on purpose is there before the second one.
    storm
    before=$(descriptors)
    seed=$((seed + 1))
    storm
    at_most=$((before + 24))
    [ "$(descriptors)" -le "$at_most" ] || fail "descriptors: $before, then $(descriptors)"
    eq "sessions" "0
0" "$(cat "$MNT/task_sessions_count" "$MNT/sys_sessions_count")"
    eq "charged" "" "$(grep -E '^(contexts|sets|user_(contexts|sets|descriptors)) used=[1-9]' "$MNT/info/limits")"
    unmount_pfmfs || fail "does not unmount"
done
stopped=$(ps -eo pid=,stat=,comm= | awk '$2 ~ /^[tT]/ && $3 ~ /hostile|sleep/')
eq "stopped processes" "" "$stopped"
