# Waiting, and the one way to start and steer a program to monitor. Part of common.sh; scripts that a
# case runs as another user or in a namespace begin with this text. POSIX sh.
# shellcheck shell=sh
#
# Needs TOOLS (the directory of workload) and a function `fail SENTENCE`.

spawned=

# until_true SECONDS WHAT COMMAND...: asks again and again.
until_true() {
    limit=$(($1 * 50)) what=$2
    shift 2
    while ! "$@"; do
        limit=$((limit - 1))
        [ "$limit" -gt 0 ] || fail "never came true: $what"
        sleep 0.02
    done
}

# never WHAT COMMAND...: nothing more comes. That cannot be waited for, so the command is asked for
# three tenths of a second, and is false each time. Every wait for a time is this one.
never() {
    turns=15 what=$1
    shift
    while [ "$turns" -gt 0 ]; do
        ! "$@" || fail "came true: $what"
        turns=$((turns - 1))
        sleep 0.02
    done
}

# spawn COMMAND...: in the background; `pid` is its id. It is ended with the case.
spawn() {
    "$@" &
    pid=$!
    spawned="$spawned $pid"
}

# workload STEP...: Tests/Shell/bin/workload.c in the background, waiting at its first `wait`.
workload() {
    spawn "$TOOLS/workload" "$@"
    until_true 5 "the workload waits" waits "$pid" 1
}

# waits PID N: the workload has come to its Nth `wait`.
waits() {
    [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "waiting$2" ] && grep -q '^State:.S' "/proc/$1/status"
}

# go: lets the workload run on.
go() {
    kill -USR1 "$pid"
}

# go_aside: lets its second thread do its step.
go_aside() {
    kill -USR2 "$pid"
}

# other_thread: sets `other` to the workload's second thread.
other_thread() {
    other=
    for task in /proc/"$pid"/task/*; do
        [ "${task##*/}" = "$pid" ] || other=${task##*/}
    done
    [ -n "$other" ] || fail "no second thread"
}

# has_threads N: the workload has so many.
has_threads() {
    grep -q "^Threads:.$1\$" "/proc/$pid/status"
}

# finish: lets the workload run to its end.
finish() {
    go
    wait "$pid"
}

# has_begun PID...: each is in a request that the mount has not answered, or behind another one that
# has locked the directory, or in poll, or done.
has_begun() {
    for one in "$@"; do
        case $(cat "/proc/$one/wchan" 2>/dev/null) in
            *wait_answer* | *poll* | folio_wait* | fuse_* | *rmdir | *create | *lookup* | *rwsem*) ;;
            0 | '')
                # Some kernels do not tell where; and who is done is nowhere.
                ! grep -q '^State:.[RDT]' "/proc/$one/status" 2>/dev/null || return 1
                ;;
            *) return 1 ;;
        esac
    done
}
