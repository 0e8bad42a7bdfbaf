#!/bin/sh
# Programs in mount namespaces: their files are found while anybody lives there, and no other
# namespace's file of the same path and inode is taken for theirs.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

need_root
need_command unshare
mount_pfmfs
compiled plain -Wl,--build-id=none
compiled other -DNEWER -Wl,--build-id=none
mkdir place
unshare -m true 2>/dev/null || skip "mount namespaces are not to be had"
# inside PROGRAM COMMAND...: COMMAND in a namespace with PROGRAM as place/prog.
inside() {
    program=$1
    shift
    # shellcheck disable=SC2016 # the inner shell expands them
    unshare -m sh -c 'mount -t tmpfs none place && cp "$1" place/prog && shift && exec "$@"' sh "$program" "$@"
}
# leave NAME...: ends who keeps a namespace, and with it the copy of the mount that is in there.
leave() {
    for name in "$@"; do
        keeper=$(cat "$name")
        kill "$keeper"
        until_true 5 "$name has ended" test ! -e "/proc/$keeper"
    done
}
# The first process of the namespace is sampled and ends; another one lives on.
profiler a
# shellcheck disable=SC2016 # the inner shell expands them
inside plain sh -c 'sleep 100 & echo $! >first; (echo self >"$1/load_context" && echo exec >"$1/start" && exec place/prog 100)' sh "$c"
spawned="$spawned $(cat first)"
[ ! -e place/prog ] || fail "place/prog is seen from outside"
mostly hot
# Another namespace has a program there with the same inode; so has this one.
# shellcheck disable=SC2016
inside other sh -c 'echo $$ >second; exec sleep 100' &
until_true 5 "it is there" test -s second
spawned="$spawned $(cat second)"
mount -t tmpfs none place
cp other place/prog
mostly hot
leave first
never hot other_function third_function
mostly '[prog]'
umount place
# What runs there now is named, by whoever looks.
profiler b
# shellcheck disable=SC2016
inside plain sh -c 'echo $$ >runner; exec place/prog 100000' &
runs() { [ -s runner ] && grep -qs prog "/proc/$(cat runner)/comm"; }
until_true 5 "the program runs" runs
pid=$(cat runner)
spawned="$spawned $pid"
load_and_start
sampled_times() { [ "$(cat "$c/smpl/taken")" -ge "$1" ]; }
until_true 5 "20 samples are there" sampled_times 20
mostly hot
leave second runner
# An overlay shows devices and inodes of its own.
mkdir lower upper
cp plain lower/prog
profiler d
unshare -m sh -c 'mount -t tmpfs none upper && mkdir upper/a upper/b &&
    mount -t overlay none -o lowerdir=lower,upperdir=upper/a,workdir=upper/b place' 2>/dev/null ||
    skip "overlayfs is not to be had"
# shellcheck disable=SC2016
unshare -m sh -c 'mount -t tmpfs none upper && mkdir upper/a upper/b &&
    mount -t overlay none -o lowerdir=lower,upperdir=upper/a,workdir=upper/b place &&
    cp lower/prog place/copied; sleep 100 & echo $! >third
    (echo self >"$1/load_context" && echo exec >"$1/start" && exec place/prog 100 place/copied 100)' sh "$c"
spawned="$spawned $(cat third)"
mostly hot
leave third
