# What the cases of pfstat and pfrecord share. Sourced behind common.sh. POSIX sh.
# shellcheck shell=sh

# under_case_shell TOOL ARG...: a script of the project, on this case's mount.
# shellcheck disable=SC2086 # a shell with its argument
under_case_shell() {
    tool=$1
    shift
    $CASE_SHELL "$ROOT/scripts/$tool" -m "$MNT" "$@"
}

no_contexts() {
    [ -z "$(find "$MNT/contexts" -mindepth 1 -maxdepth 1)" ]
}

# A command that says how long to monitor: ./wake SIGNAL PID N gets a workload to run on, and ends when
# that has come to its Nth wait.
cat >wake <<'END'
#!/bin/sh
kill -s "$1" "$2"
until [ "$(cat "/proc/$2/comm")" = "waiting$3" ]; do sleep 0.02; done
END
chmod +x wake

# is_started: a context monitors.
is_started() {
    cat "$MNT"/contexts/*/state 2>/dev/null | grep -q started
}

# leader_is_gone: the workload's first thread has ended, and others have not.
# shellcheck disable=SC2154 # set by workload
leader_is_gone() {
    grep -q '^State:.Z' "/proc/$pid/status"
}

# goes_with_its_context TOOL ARG...: however the tool is ended, its context goes with it, and the
# command goes on.
goes_with_its_context() {
    tool=$1
    shift
    printf '#!/bin/sh\necho $$ >began\nexec sleep 60\n' >stay
    chmod +x stay
    for signal in KILL TERM HUP; do
        rm -f began
        # shellcheck disable=SC2086 # a shell with its argument
        spawn $CASE_SHELL "$ROOT/scripts/$tool" -m "$MNT" "$@" ./stay 2>err
        until_true 5 "the command runs" test -s began
        kill -"$signal" "$pid"
        wait "$pid" 2>/dev/null
        until_true 5 "the context is gone after SIG$signal" no_contexts
        kill "$(cat began)" || fail "the command went with its counter"
    done
    eq "sessions" 0 "$(cat "$MNT/task_sessions_count")"
}

# files_of_a_context LINE...: makes `fake`, a directory that looks to the scripts like a mount with
# a context whose counters show these lines.
files_of_a_context() {
    mkdir -p fake/info fake/contexts/one/smpl fake/contexts/one/sets/0/pmd0
    echo one >fake/clone
    for file in ctx_flags events load_context start stop unload_context smpl_fmt msgs_pipe \
        last_cmd_status smpl/perf.data_pipe; do
        : >"fake/contexts/one/$file"
    done
    echo unloaded >fake/contexts/one/state
    echo 0 >fake/contexts/one/smpl/taken
    printf '%s\n' "$@" >fake/contexts/one/counters
}
