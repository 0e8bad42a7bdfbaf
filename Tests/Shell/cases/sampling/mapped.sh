#!/bin/sh
# A C program maps the buffer and sees new samples, also privately and with pread; never writable.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler a page-faults 1 default buf_size=256K
workload wait faults=1009 wait faults=2003 wait faults=1009 wait
load_and_start
"$TOOLS/smplmap" writable "$c/smpl/buffer" >attempts
eq "a writable mapping" "open O_RDWR: Permission denied
mmap PROT_WRITE: Permission denied
mprotect PROT_WRITE: Permission denied" "$(cat attempts)"
for way in map private pread; do
    "$TOOLS/smplmap" "$way" "$c/smpl/buffer" 4021 20000 >"$way.out" 2>"$way.seen" &
    eval "$way=$!"
done
all_have_seen() {
    for way in map private pread; do
        [ "$(tail -n 1 "$way.seen")" = "$1" ] || return 1
    done
}
for count in 0 1009 3012; do
    until_true 10 "each has seen $count" all_have_seen "$count"
    go
done
# shellcheck disable=SC2154 # set by eval
for way in "$map map" "$private private" "$pread pread"; do
    wait "${way% *}" || fail "${way#* }: status $?, $(head -n 1 "${way#* }.out")"
done
for way in map private pread; do
    like "$way" "count=4021 offs=160968 overflows=0 *" "$(head -n 1 "$way.out")"
    seen=$(sed -n '1s/.* seen=//p' "$way.out")
    at_least "$way: times that something new was seen" 3 "$seen"
    sed 1d "$way.out" | cmp - "$c/smpl/entries" || fail "$way and entries differ"
done
finish
