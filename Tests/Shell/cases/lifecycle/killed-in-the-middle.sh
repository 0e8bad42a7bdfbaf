#!/bin/sh
# kill -9 of targets and of scripts at any moment leaves nothing behind: no session, no context.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# shellcheck disable=SC2016 # for the inner shell
script='
    exec 3<>"$1/clone"
    read -r name <&3
    c=$1/contexts/$name
    [ "$3" = block ] && echo notify_block >"$c/ctx_flags"
    echo page-faults >"$c/events"
    echo "set1: page-faults" >"$c/events"
    for id in 0 1; do
        echo -23 >"$c/sets/$id/pmd0/value"
        echo -23 >"$c/sets/$id/pmd0/long_reset"
        echo -23 >"$c/sets/$id/pmd0/short_reset"
        echo ovfl_notify >"$c/sets/$id/pmd0/flags"
        echo ovfl_switch >"$c/sets/$id/set_flags"
        echo 1 >"$c/sets/$id/pmd0/ovfl_switch_cnt"
    done
    echo "pid $2" >"$c/load_context" && echo 1 >"$c/start" || exit
    while read -r kind rest <"$c/msgs_pipe"; do
        [ "$kind" = end ] && break
        echo 1 >"$c/restart"
    done'
turn=0
while [ "$turn" -lt 23 ]; do
    turn=$((turn + 1))
    spawn "$TOOLS/workload" churn=20000
    target=$pid
    block=
    [ $((turn % 2)) = 0 ] || block=block
    # shellcheck disable=SC2086 # words
    $CASE_SHELL -c "$script" sh "$MNT" "$target" "$block" 2>/dev/null &
    owner=$!
    spawned="$spawned $owner"
    # At another moment each time.
    sleep "0.0$((turn * 3 % 100))"
    case $((turn % 3)) in
        0) kill -KILL "$owner" ;;
        1) kill -KILL "$target" ;;
        2) kill -KILL "$target" "$owner" ;;
    esac
    wait "$owner" 2>/dev/null
    # Whoever is left ends now; a held target must have been let go of for that.
    kill -TERM "$target" 2>/dev/null
    wait "$target" 2>/dev/null
done >/dev/null
empty() { [ -z "$(ls "$MNT/contexts")" ] && [ "$(cat "$MNT/task_sessions_count")" = 0 ]; }
until_true 5 "no context and no session is left" empty
# shellcheck disable=SC2012 # numbers only
descriptors() { ls "/proc/$daemon/fd" | wc -l; }
few() { [ "$(descriptors)" -lt 64 ]; }
until_true 5 "the daemon's descriptors are closed" few
