#!/bin/sh
# Bad input of every kind into every writable file: refused, nothing changes, the daemon stays up.
# timeout: 120
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context b page-faults
workload wait
put "$c/load_context" "pid $pid"
snapshot() {
    for file in debug debug_ovfl sys_group task_group smpl_buffer_mem_max arg_mem_max; do
        cat "$MNT/$file"
    done
    cat "$c/state" "$c/ctx_flags" "$c/events" "$c/load_context" "$c/target" "$c/sets/0/pmcs"
    awk '{ print $1, $2 }' "$c/counters"
}
long=$(printf '%05000d' 7)
snapshot >before
find "$MNT" -type f -perm -200 ! -name clone ! -name reset_stats \
    ! -path '*/pm[cd][1-9]*' >files
at_least "writable files" 12 "$(wc -l <files)"
while read -r file; do
    try() {
        found=$(cat "$1")
        case $found in
            E[A-Z]*) ;;
            *) fail "$2 to ${file#"$MNT"/}: $found" ;;
        esac
    }
    "$TOOLS/attempt" write "$file" "$long" >found
    eq "5000 bytes to ${file#"$MNT"/}" E2BIG "$(cat found)"
    "$TOOLS/attempt" write "$file" '
' >found
    try found "an empty line"
    head -c 600 /dev/urandom | tr -d '\n' | "$TOOLS/attempt" write "$file" >found
    try found "random bytes"
    printf 'a\000b\n' | "$TOOLS/attempt" write "$file" >found
    try found "a zero byte"
    printf '\377\376\n' | "$TOOLS/attempt" write "$file" >found
    try found "bytes that are no UTF-8"
    # shellcheck disable=SC2016 # text, not a command
    for text in '%s%n' '../../etc' '$(id)' '- 1' '99999999999999999999999' \
        '-99999999999999999999999' 'NaN' '--' '=' ':' '/' 'set=' 'set=0x' '; rm' '0x' '1 2 3' 1e3; do
        # perfmon2 took what stands before the first other character for the number.
        if [ "${file%/*}" = "$MNT" ]; then case $text in [01]*) continue ;; esac; fi
        "$TOOLS/attempt" write "$file" "$text
" >found
        try found "'$text'"
    done
    # A write of nothing is no command.
    : >"$file" || fail "truncating ${file#"$MNT"/}"
    "$TOOLS/attempt" write "$file" '' >/dev/null
done <files
# Shells hand a long line over in pieces; none of them is a line of its own.
context pieces page-faults
names=$(awk 'BEGIN { for (i = 0; i < 320; i++) printf "cgroup-switches " }')
(echo "$names" >"$c/events") 2>/dev/null && fail "a line of ${#names} bytes was accepted"
eq "events after a long line" page-faults "$(cat "$c/sets/0/events")"
rmdir "$c"
c=$MNT/contexts/b
snapshot >after
cmp -s before after || fail "something changed: $(diff before after)"
answers || fail "does not answer any more"
