#!/bin/sh
# Every mount option of pfmfs changes what it says it changes.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
# with OPTIONS: mounts; other users must be able to reach the mount.
with() {
    [ -z "$daemon" ] || unmount_pfmfs || fail "umount"
    if [ -n "$1" ]; then mount_pfmfs -o "$1"; else mount_pfmfs; fi
    as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
}
nobody() { as_user 65534 "$@"; }
limit() { # NAME MAXIMUM: as info/limits shows it to nobody
    eq "$1 in info/limits" "$2" "$(nobody sed -n "s/^$1 used=[0-9]* max=\\([0-9]*\\).*/\\1/p" \
        "$MNT/info/limits")"
}
mode() { # MODE FILE
    eq "mode of $2" "$1" "$(stat -c %a "$MNT/$2")"
}
clone() { # ERRNO COMMAND...: opens clone
    expected=$1
    shift
    eq "opening clone" "$expected" "$("$@" "$TOOLS/attempt" openrw "$MNT/clone")"
}

runs_as() { # UID PID
    [ "$(stat -c %u "/proc/$2")" = "$1" ]
}
# notified COMMAND...: overflows of a context of that user soon have to wait for their restart.
notified() {
    "$@" mkdir "$MNT/contexts/n" || fail "mkdir"
    c=$MNT/contexts/n
    for line in 'events cycles' 'ctl write_pmds 0 pmd0 value=-100 long_reset=-100 flags=ovfl_notify' \
        'load_context tid 7' 'start 1'; do
        eq "$line" ok "$("$@" "$TOOLS/attempt" write "$c/${line%% *}" "${line#* }")"
    done
    for turn in 1 2 3 4 5 6 7; do
        put "$MNT/simulated/clock" +100ns
        eq "restart $turn" ok "$("$@" "$TOOLS/attempt" write "$c/restart" 1)"
        case $(cat "$c/last_cmd_status") in 'ok (takes effect in '*) return ;; esac
    done
    fail "seven notifications at once: $(cat "$c/last_cmd_status")"
}

check() { # OPTION
    case $1 in
        backend)
            with backend=simulated
            eq "the PMU" simulated "$(key "$MNT/info/features" backend)"
            with backend=perf
            eq "the PMU" perf "$(key "$MNT/info/features" backend)"
            ;;
        simulated_clock)
            with backend=simulated,simulated_clock=manual
            before=$(cat "$MNT/simulated/clock")
            put "$MNT/simulated/clock" +7ns
            eq "the time" $((before + 7)) "$(cat "$MNT/simulated/clock")"
            with backend=simulated,simulated_clock=real
            attempt EPERM write "$MNT/simulated/clock" +7ns
            ;;
        contexts_mode)
            with ''
            mode 1777 contexts
            eq "anybody's context" ok "$(nobody "$TOOLS/attempt" mkdir "$MNT/contexts/n")"
            with contexts_mode=0750
            mode 750 contexts
            eq "nobody's context" EACCES "$(nobody "$TOOLS/attempt" mkdir "$MNT/contexts/n")"
            ;;
        clone_mode)
            with ''
            mode 666 clone
            clone ok nobody
            with clone_mode=0600
            mode 600 clone
            clone EACCES nobody
            clone ok env
            with clone_mode=0640
            mode 640 clone
            ;;
        hide_contexts)
            with ''
            context hidden
            eq "listing" hidden "$(nobody ls "$MNT/contexts")"
            with hide_contexts
            context hidden
            eq "listing" '' "$(nobody ls "$MNT/contexts")"
            ;;
        mixed_sessions)
            for options in '' mixed_sessions; do
                with "$options"
                context thread page-faults
                put "$c/load_context" "pid $$"
                context cpu page-faults
                put "$c/ctx_flags" system_wide
                expected=ok
                [ -n "$options" ] || expected=EBUSY
                eq "both kinds" "$expected" "$("$TOOLS/attempt" write "$c/load_context" 'cpu 0')"
            done
            ;;
        strict)
            spawn sleep 60
            for options in '' strict=perfmon2; do
                with "$options"
                context s page-faults
                expected=ok
                [ -z "$options" ] || expected=ESRCH
                eq "a thread that runs" "$expected" \
                    "$("$TOOLS/attempt" write "$c/load_context" "pid $pid")"
            done
            ;;
        max_contexts)
            with max_contexts=2
            limit contexts 2
            for name in a b; do mkdir "$MNT/contexts/$name" || fail "mkdir $name"; done
            attempt ENOSPC mkdir "$MNT/contexts/c"
            ;;
        max_sets)
            with max_sets=2
            limit sets_per_context 2
            context s
            mkdir "$c/sets/1" || fail "a second set"
            attempt ENOSPC mkdir "$c/sets/2"
            ;;
        total_sets)
            with total_sets=3
            limit sets 3
            context a
            context b
            mkdir "$c/sets/1" || fail "a third set"
            attempt ENOSPC mkdir "$c/sets/2"
            ;;
        max_descriptors)
            with max_descriptors=3
            context d 'page-faults task-clock'
            refused ENFILE "$c/load_context" "pid $$" '*descriptors*'
            with ''
            context d 'page-faults task-clock'
            put "$c/load_context" "pid $$"
            ;;
        max_notifications)
            with max_notifications=2,backend=simulated,simulated_clock=manual
            limit notifications_per_second 2
            notified env
            ;;
        user_contexts)
            with user_contexts=1
            limit user_contexts 1
            nobody mkdir "$MNT/contexts/a" || fail "mkdir"
            eq "a second" EDQUOT "$(nobody "$TOOLS/attempt" mkdir "$MNT/contexts/b")"
            ;;
        user_sets)
            with user_sets=2
            limit user_sets 2
            nobody mkdir "$MNT/contexts/a" "$MNT/contexts/a/sets/1" || fail "mkdir"
            eq "a third" EDQUOT "$(nobody "$TOOLS/attempt" mkdir "$MNT/contexts/a/sets/2")"
            ;;
        user_descriptors)
            with user_descriptors=3
            limit user_descriptors 3
            spawn "$SETPRIV" --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all sleep 60
            until_true 5 "sleep runs as nobody" runs_as 65534 "$pid"
            nobody mkdir "$MNT/contexts/a" || fail "mkdir"
            echo page-faults:u | nobody tee "$MNT/contexts/a/events" >/dev/null
            eq "a load" ENFILE \
                "$(nobody "$TOOLS/attempt" write "$MNT/contexts/a/load_context" "pid $pid")"
            ;;
        user_notifications)
            with user_notifications=2,backend=simulated,simulated_clock=manual
            limit user_notifications_per_second 2
            notified nobody
            ;;
        buffer_mem_max)
            with buffer_mem_max=64K
            eq "the limit" 65536 "$(cat "$MNT/smpl_buffer_mem_max")"
            context b page-faults
            refused ENOMEM "$c/smpl_fmt" 'default buf_size=1M' '*65536*'
            ;;
        user_buffer_mem)
            with user_buffer_mem=64K
            limit user_smpl_buffer_mem 65536
            context b page-faults
            refused ENOMEM "$c/smpl_fmt" 'default buf_size=1M' '?*'
            put "$c/smpl_fmt" 'default buf_size=64K'
            ;;
        tick)
            with tick=3ms
            eq "the tick" 3000000 "$(key "$MNT/info/features" set_timeout_tick_ns)"
            context t
            put "$c/sets/0/set_timeout" 4ms
            eq "a time-out" 6000000 "$(cat "$c/sets/0/set_timeout")"
            ;;
        keep_privileges)
            with ''
            eq "no_new_privs" 1 "$(awk '$1 == "NoNewPrivs:" { print $2 }' "/proc/$daemon/status")"
            with keep_privileges
            eq "no_new_privs" 0 "$(awk '$1 == "NoNewPrivs:" { print $2 }' "/proc/$daemon/status")"
            ;;
        log)
            with log=notice
            : >daemon.log
            put "$MNT/debug" 1
            context traced page-faults
            grep -q traced daemon.log || fail "nothing is logged at notice"
            with log=critical
            : >daemon.log
            put "$MNT/debug" 1
            context traced page-faults
            grep -q traced daemon.log && fail "logged below critical: $(cat daemon.log)"
            put "$MNT/debug" 0
            ;;
        *) fail "no test for the mount option '$1'" ;;
    esac
}

"$PFMFS" --help | sed -n "/^pfmfs's options:/,/^Options of/s/^    \\([a-z_]*\\).*/\\1/p" >options
at_least "options" 21 "$(wc -l <options)"
while read -r option; do
    check "$option"
done <options
