#!/bin/sh
# Programs under names of all kinds, programs that have no name any more, and programs of 32 bits.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

sampled_times() { [ "$(cat "$c/smpl/taken")" -ge "$1" ]; }

# running COMMAND...: samples a program that runs already, for a while.
running() {
    spawn "$@"
    load_and_start
    until_true 5 "20 samples are there" sampled_times 20
    put "$c/stop" 1
}

mount_pfmfs
compiled plain -Wl,--build-id=none
n=0
newline='new
line'
for name in 'with blanks  in it ' "$newline" "$(printf 'bytes \377\200')" 'really (deleted)' \
    'back\012slash' '[bracket' 'semi;colon'; do
    n=$((n + 1))
    cp plain "./$name"
    # Told by the kernel as it starts ...
    profiler "a$n"
    recorded "./$name" 50
    mostly hot
    as_perf
    rmdir "$c"
    # ... and read from /proc when it runs already.
    profiler "b$n"
    running "./$name" 20000
    mostly hot
    kill "$pid"
    rmdir "$c"
done
# Removed, renamed, and replaced by another: what still runs is still known.
compiled other -DNEWER -Wl,--build-id=none
cp plain removed
profiler c
running ./removed 20000
rm removed
mostly hot
cp other removed
mostly hot
kill "$pid"
wait "$pid" 2>/dev/null
never hot other_function third_function
cp plain renamed
profiler d
running ./renamed 20000
mv renamed elsewhere
cp other renamed
mostly hot
kill "$pid"
wait "$pid" 2>/dev/null
never hot other_function third_function
# A library that was removed while it is mapped.
cat >lib.c <<'END'
volatile unsigned long total;
__attribute__((noinline)) void in_the_library(void) { for (int i = 0; i < 100000; i++) total += i; }
END
cat >main.c <<'END'
void in_the_library(void);
int main(void) { for (;;) in_the_library(); }
END
gcc -O1 -shared -fPIC -Wl,--build-id=none -o libgone.so lib.c || fail "lib.c does not compile"
gcc -O1 -o user main.c -L. -lgone -Wl,-rpath,"$PWD" || fail "main.c does not compile"
profiler e
running ./user
rm libgone.so
[ "$(id -u)" != 0 ] || mostly in_the_library
kill "$pid"
wait "$pid" 2>/dev/null
never in_the_library
# A program in memory alone.
if command -v python3 >/dev/null; then
    cat >memory.py <<'END'
import os, sys
file = os.memfd_create("program", 0)
os.write(file, open("plain", "rb").read())
os.execve("/proc/self/fd/%d" % file, ["program", "20000"], os.environ)
END
    profiler f
    spawn python3 memory.py
    until_true 10 "the program runs" grep -q memfd:program "/proc/$pid/maps"
    load_and_start
    until_true 5 "20 samples are there" sampled_times 20
    mostly hot
    kill "$pid"
    wait "$pid" 2>/dev/null
fi
# A program of 32 bits.
cat >narrow.s <<'END'
.globl _start
.type _start, @function
_start: mov $300000000, %ecx
 call narrow
 mov $1, %eax
 xor %ebx, %ebx
 int $0x80
.size _start, .-_start
.type narrow, @function
narrow: dec %ecx
 jne narrow
 ret
.size narrow, .-narrow
END
made_and_run() {
    as --32 -o narrow.o narrow.s && ld -m elf_i386 -o narrow narrow.o && ./narrow
}
made_and_run 2>narrow.err || skip "programs of 32 bits are not made or run here"
profiler g
recorded ./narrow
mostly narrow
as_perf
