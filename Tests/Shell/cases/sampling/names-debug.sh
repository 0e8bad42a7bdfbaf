#!/bin/sh
# Symbols that were taken out of a program are found by its build id, and by the name and checksum
# that it has of them.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

need_command objcopy
mount_pfmfs
compiled full -Wl,--build-id=none
objcopy --only-keep-debug full prog.debug
objcopy --strip-all --add-gnu-debuglink=prog.debug full prog
profiler a
recorded ./prog 100
mostly hot
as_perf
mkdir .debug
mv prog.debug .debug/
mostly hot
# Another file under that name has another checksum.
compiled other -DNEWER -Wl,--build-id=none
objcopy --only-keep-debug other .debug/prog.debug
never hot other_function third_function
mostly '[prog]'
rm .debug/prog.debug
mostly '[prog]'
