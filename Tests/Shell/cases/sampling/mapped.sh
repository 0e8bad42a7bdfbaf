#!/bin/sh
# A C program maps the buffer and sees new samples, also privately and with pread; never writable.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler a page-faults 1 default buf_size=256K
workload wait faults=1009 sleep=300 faults=2003 sleep=300 faults=1009 wait
load_and_start
"$TOOLS/smplmap" writable "$c/smpl/buffer" >attempts
eq "a writable mapping" "open O_RDWR: Permission denied
mmap PROT_WRITE: Permission denied
mprotect PROT_WRITE: Permission denied" "$(cat attempts)"
for way in map private pread; do
    "$TOOLS/smplmap" "$way" "$c/smpl/buffer" 4021 8000 >"$way.out" &
    eval "$way=$!"
done
sleep 0.2
go
# shellcheck disable=SC2154 # set by eval
for way in "$map map" "$private private" "$pread pread"; do
    wait "${way% *}" || fail "${way#* }: status $?, $(head -n 1 "${way#* }.out")"
done
for way in map private pread; do
    like "$way" "count=4021 offs=160968 overflows=0 *" "$(head -n 1 "$way.out")"
    seen=$(sed -n '1s/.* seen=//p' "$way.out")
    at_least "$way: times that something new was seen" 2 "$seen"
    sed 1d "$way.out" | cmp - "$c/smpl/entries" || fail "$way and entries differ"
done
finish
