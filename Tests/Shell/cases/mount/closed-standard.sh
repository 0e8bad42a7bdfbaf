#!/bin/sh
# Started without standard input, output or error, in the background and in front, the program mounts
# as ever, and serves nothing but the mount on these descriptors.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

start() {
    case $1 in
        'no input') "$PFMFS" "$MNT" <&- ;;
        'no output') "$PFMFS" "$MNT" >&- ;;
        'no error') "$PFMFS" "$MNT" 2>&- ;;
        'no input and output') "$PFMFS" "$MNT" <&- >&- ;;
        'none of the three') "$PFMFS" "$MNT" <&- >&- 2>&- ;;
    esac
}
for what in 'no input' 'no output' 'no error' 'no input and output' 'none of the three'; do
    start "$what" || fail "$what: status $?"
    answers || fail "$what: status 0 and no mount"
    mkdir "$MNT/contexts/a" || fail "$what: mkdir"
    umount "$MNT" || fail "$what: umount"
    is_mounted && fail "$what: still mounted"
done

"$PFMFS" -f "$MNT" <&- >&- 2>&- &
daemon=$!
until_true 10 "the mount answers in front" answers_or_dead
answers || fail "in front: no mount"
for number in 0 1 2; do
    like "descriptor $number" '/dev/null' "$(readlink "/proc/$daemon/fd/$number")"
done

# Where nothing can be printed, that is an error.
"$PFMFS" --help >&- 2>err.txt && fail "--help without an output is a success"
like "what it says" '*standard output*' "$(cat err.txt)"
"$PFMFS" --version >/dev/full 2>err.txt && fail "--version to a full device is a success"
like "what it says" '*standard output*' "$(cat err.txt)"
"$PFMFS" "$PFMFS_CASE/nowhere" 2>&- && fail "a mount on nothing is a success"
true
