#!/bin/sh
# What a command has removed is gone when the command returns, on a busy machine too.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context r page-faults
for _ in 1 2 3 4; do
    spawn sh -c 'while :; do :; done'
done
round=0
while [ "$round" -lt 200 ]; do
    round=$((round + 1))
    echo 'create_evtsets 3' >"$c/ctl"
    [ -f "$c/sets/3/events" ] || fail "round $round: set 3 was made and is not there"
    echo 'delete_evtsets 3' >"$c/ctl"
    [ ! -d "$c/sets/3" ] || fail "round $round: set 3 was removed and is there"
done
while [ "$round" -gt 150 ]; do
    round=$((round - 1))
    echo 'default buf_size=64K' >"$c/smpl_fmt"
    [ -f "$c/smpl/hdr" ] || fail "round $round: smpl is not there"
    echo none >"$c/smpl_fmt"
    [ ! -d "$c/smpl" ] || fail "round $round: smpl is still there"
done
