# What every case starts with. POSIX sh: cases run under bash, dash and busybox sh.
# shellcheck shell=sh
#
# The runner provides: PFMFS (the program), MNT (an empty directory to mount on), TOOLS (workload
# and attempt), ROOT (the source tree), CASE_SHELL (the shell that runs the case). The working
# directory is private to the case; every file *.log there is searched for suspicious words.

set -u
: "${PFMFS:?cases are run by Tests/Shell/run}" "${MNT:?}" "${LIB:?}" "${TOOLS:?}" "${ROOT:?}"
: "${CASE_SHELL:?}"
LC_ALL=C
export LC_ALL

daemon=
# until_true, never, and the words for programs to monitor.
# shellcheck source=Tests/Shell/lib/process.sh
. "$LIB/process.sh"

# fail SENTENCE: ends the case.
fail() {
    printf 'FAILED: %s\n' "$*"
    exit 1
}

# skip REASON: ends the case; it counts as skipped.
skip() {
    printf '%s\n' "$*"
    exit 77
}

cleanup() {
    code=$?
    trap - EXIT
    # shellcheck disable=SC2086 # a list of numbers
    [ -z "$spawned" ] || kill -KILL $spawned 2>/dev/null
    if is_mounted; then
        if [ "$code" -eq 0 ]; then
            unmount_pfmfs || code=1
        else
            umount -l "$MNT"
        fi
    fi
    exit "$code"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# ---- asking --------------------------------------------------------------------------------

# eq WHAT EXPECTED ACTUAL
eq() {
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}

# like WHAT PATTERN TEXT: the pattern is a shell pattern over the whole text.
like() {
    # shellcheck disable=SC2254 # a pattern, not a text
    case $3 in
        $2) ;;
        *) fail "$1: expected '$2', found '$3'" ;;
    esac
}

# within PERCENT WHAT EXPECTED ACTUAL
within() {
    awk -v p="$1" -v e="$3" -v a="$4" 'BEGIN { d = a - e; if (d < 0) d = -d; exit !(d * 100 <= e * p) }' ||
        fail "$2: $4 is not within $1 % of $3"
}

# at_least WHAT MINIMUM ACTUAL
at_least() {
    case $3 in '' | *[!0-9]*) fail "$1: '$3' is not a number" ;; esac
    [ "$3" -ge "$2" ] || fail "$1: expected at least $2, found $3"
}

# attempt RESULT CALL ARG...: makes one system call (Tests/Shell/bin/attempt.c).
attempt() {
    expected=$1
    shift
    found=$("$TOOLS/attempt" "$@")
    eq "$*" "$expected" "$found"
}

# put FILE TEXT: a write that must succeed.
put() {
    found=$("$TOOLS/attempt" write "$1" "$2
")
    [ "$found" = ok ] || fail "write '$2' to $1: $found; $(why "$1")"
}

# refused ERRNO FILE TEXT [PATTERN]: a write that must fail with this errno and, in a context, leave
# a sentence that matches the pattern. What was readable before must read the same afterwards.
refused() {
    before=$("$TOOLS/attempt" reread "$2" 1)
    found=$("$TOOLS/attempt" write "$2" "$3
")
    eq "write '$3' to ${2#"$MNT/"}" "$1" "$found"
    after=$("$TOOLS/attempt" reread "$2" 1)
    eq "${2#"$MNT/"} after a refused write" "$before" "$after"
    [ $# -lt 4 ] || like "the reason for refusing '$3'" "$4" "$(why "$2")"
}

# why FILE: the sentence of the last command, of the context where there is one.
why() {
    case $1 in
        "$MNT"/contexts/*/*)
            path=${1#"$MNT"/contexts/}
            cat "$MNT/contexts/${path%%/*}/last_cmd_status"
            ;;
        *) cat "$MNT/info/last_cmd_status" ;;
    esac
}

# ---- needs ---------------------------------------------------------------------------------

need_command() {
    for word in "$@"; do
        command -v "$word" >/dev/null 2>&1 || skip "$word is not installed"
    done
}

# program NAME: the path of a program, where the shell may have one of its own by that name, which
# knows fewer options. Without such a program the name itself.
program() {
    path=$PATH
    while [ -n "$path" ]; do
        if [ -x "${path%%:*}/$1" ]; then
            printf '%s\n' "${path%%:*}/$1"
            return
        fi
        case $path in *:*) path=${path#*:} ;; *) path= ;; esac
    done
    printf '%s\n' "$1"
}
SETPRIV=$(program setpriv)
UNSHARE=$(program unshare)
export SETPRIV UNSHARE

need_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

# need_event NAME...: events that the kernel of this machine can count.
need_event() {
    need_command perf
    for word in "$@"; do
        perf stat -x, -e "$word" true 2>&1 | grep -q '^[0-9]' || skip "no event $word here"
    done
}

# need_other_user: a user other than root must be able to use the mount.
need_other_user() {
    need_root
    need_command setpriv
}

# as_user UID COMMAND...: as that user and group, without supplementary groups.
as_user() {
    uid=$1
    shift
    "$SETPRIV" --reuid "$uid" --regid "$uid" --clear-groups --inh-caps=-all "$@"
}

# ---- mounting ------------------------------------------------------------------------------

is_mounted() {
    awk -v where="$MNT" '$2 == where { found = 1 } END { exit !found }' /proc/mounts
}

answers() {
    [ "$(cat "$MNT/version" 2>/dev/null)" = 2.5 ]
}

daemon_ended() {
    ! kill -0 "$daemon" 2>/dev/null
}

# mount_pfmfs [ARG...]: mounts in the foreground, so that the log is ours; `daemon` is its pid.
mount_pfmfs() {
    [ -w /dev/fuse ] || skip "/dev/fuse cannot be used"
    "$PFMFS" -f "$MNT" "$@" >>daemon.log 2>&1 &
    daemon=$!
    until_true 10 "the mount answers ($(tail -n 1 daemon.log 2>/dev/null))" answers_or_dead
    answers || fail "pfmfs -f ended: $(tail -n 3 daemon.log)"
}

answers_or_dead() {
    daemon_ended || answers
}

# unmount_pfmfs: unmounts; the daemon must end by itself with status 0.
unmount_pfmfs() {
    cd "$PFMFS_CASE" || return 1
    umount "$MNT" || { echo "umount failed"; return 1; }
    if [ -n "$daemon" ]; then
        until_true 5 "the daemon ends after umount" daemon_ended
        wait "$daemon"
        code_of_daemon=$?
        daemon=
        [ "$code_of_daemon" -eq 0 ] ||
            { echo "the daemon ended with status $code_of_daemon"; return 1; }
    fi
}

# ---- contexts ------------------------------------------------------------------------------

# context NAME [EVENTS]: makes a context; `c` is its directory.
context() {
    c=$MNT/contexts/$1
    mkdir "$c" || fail "mkdir $c: $(cat "$MNT/info/last_cmd_status")"
    [ $# -lt 2 ] || put "$c/events" "$2"
}

# count EVENT [CONTEXT]: the value of an event in `counters`.
count() {
    awk -v name="$1" '$1 == name { print $2; exit }' "${2:-$c}/counters"
}

# key FILE KEY: the value of KEY in a file of `KEY VALUE` lines.
key() {
    awk -v name="$2" '$1 == name { print $2; exit }' "$1"
}

# state CONTEXT: its first word.
state() {
    read -r word _ <"$1/state" && echo "$word"
}

is_unloaded() {
    [ "$(state "$1")" = unloaded ]
}

# ---- sampling ------------------------------------------------------------------------------

# period PMD N: every register of the PMD that says when it overflows: every N events.
period() {
    for register in value long_reset short_reset; do
        put "$c/sets/0/pmd$1/$register" "-$2"
    done
}

# sampler NAME EVENT PERIOD FORMAT...: a context that samples an event into a buffer.
sampler() {
    context "$1" "$2"
    period 0 "$3"
    shift 3
    put "$c/smpl_fmt" "$*"
}

# load_and_start: on the program that was spawned last.
load_and_start() {
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
}
