#!/bin/sh
# shellcheck disable=SC2016 # texts for inner shells
# The command has the descriptors, the environment, the name and the arguments that it would have
# without pfstat or pfrecord; and those need no more of their surroundings than it does.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

mount_pfmfs
cat >tell <<'END'
for number in 0 1 2 3 4 5 6 7 8 9; do
    [ ! -h "/proc/self/fd/$number" ] || printf '%s ' "$number"
done >told
exit 42
END
for tool in pfstat pfrecord; do
    set -- -e page-faults
    [ "$tool" = pfstat ] || set -- "$@" -o a.data
    for redirection in '' '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-' \
        '3</dev/null' '8</dev/null 9</dev/null' '2>&- 9</dev/null'; do
        eval "/bin/sh tell $redirection"
        expected=$(cat told)
        rm -f told
        eval "under_case_shell $tool \"\$@\" /bin/sh tell $redirection" >out 2>err
        eq "status of $tool $redirection" 42 $?
        eq "descriptors under $tool $redirection" "$expected" "$(cat told)"
    done
    # Names that the scripts use themselves.
    # shellcheck disable=SC2030,SC2031 # only for this command
    got=$(export mount=1 target="2 '3'" events=4 words=5 name=6 count=7 status=8 program=9
        under_case_shell "$tool" "$@" \
            sh -c 'echo "$mount $target $events $words $name $count $status $program"' 2>err)
    eq "environment under $tool" "1 2 '3' 4 5 6 7 8 9" "$got"
    eq "name under $tool" sh "$(under_case_shell "$tool" "$@" sh -c 'echo "$0"' 2>err)"
    eq "arguments under $tool" 'a b|*||$x|' \
        "$(under_case_shell "$tool" "$@" printf '%s|' 'a b' '*' '' '$x' 2>err)"
    for status in 0 1 124 125 126 127 128 255; do
        under_case_shell "$tool" "$@" sh -c "exit $status" 2>err
        eq "status under $tool" "$status" $?
    done
done
# Counting a command takes no other program. The shell itself is found before.
shell=$(command -v "${CASE_SHELL%% *}")
# shellcheck disable=SC2086 # a shell with its argument
PATH=/nowhere "$shell" ${CASE_SHELL#"${CASE_SHELL%% *}"} "$ROOT/scripts/pfstat" -m "$MNT" \
    -e page-faults /bin/true 2>err || fail "without tools: $(cat err)"
grep -q ' [1-9][0-9]* *page-faults' err || fail "without tools: $(cat err)"
# A wall clock that jumps does not count.
mkdir bin
printf '#!/bin/sh\necho $((1700000000000000000 - $$ * 1000000000))\n' >bin/date
chmod +x bin/date
PATH=$PWD/bin:$PATH under_case_shell pfstat -e page-faults "$TOOLS/workload" spin=200 2>err
awk '/seconds time elapsed/ { found = $1 >= 0.19 && $1 < 20 } END { exit !found }' err ||
    fail "elapsed time: $(cat err)"
