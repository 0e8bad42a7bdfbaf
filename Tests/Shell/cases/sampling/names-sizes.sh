#!/bin/sh
# Which of several symbols names an address, and how far one without a size reaches.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

mount_pfmfs
[ "$(uname -m)" = x86_64 ] || skip "the assembly code is for x86-64"
# In a stripped program what is exported without a size names its own place, not what follows.
cat >open.c <<'END'
#include <time.h>
static volatile unsigned long sum;
__asm__(".text\n.globl open_end\nopen_end: mov %rdi,%rax\n ret\n");
long open_end(long);
static __attribute__((noinline)) void secret(void) { for (int i = 0; i < 100000; i++) sum += i * 7; }
int main(void)
{
    struct timespec now;
    do { sum += open_end(3); secret(); clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); }
    while (now.tv_sec == 0 && now.tv_nsec < 150000000);
    return 0;
}
END
gcc -O1 -rdynamic -o open open.c || fail "open.c does not compile"
profiler a
recorded ./open
mostly secret
as_perf
strip open || skip "strip is not installed"
profiler b
recorded ./open
never open_end secret
mostly '[open]'
gcc -O1 -rdynamic -o open open.c
strip -x open
profiler d
recorded ./open
never open_end
# In a program with all its symbols such a one reaches to the next, and not further.
cat >next.s <<'END'
.text
.globl _start
_start: mov $1, %rdi
 call first
 mov $60, %rax
 xor %rdi, %rdi
 syscall
first: mov $100000000, %rcx
1: dec %rcx
 jne 1b
second: mov $300000000, %rcx
2: dec %rcx
 jne 2b
 ret
END
assembled() { as -o "$1.o" "$1.s" && ld -o "$1" "$1.o"; }
assembled next || skip "as or ld is not installed"
profiler e
recorded ./next
at_least "percent in first" 10 "$(share first)"
at_least "percent in second" 50 "$(share second)"
as_perf
# Of several names for one function: the global one, then the weak one, then that of a file.
cat >alias.s <<'END'
.text
.globl global_name
.weak weak_name, weak_only
.type __GI_global_name, @function
.type global_name, @function
.type weak_name, @function
.type weak_only, @function
.type __GI_weak_only, @function
__GI_global_name:
weak_name:
global_name:
 mov $100000000, %rcx
1: dec %rcx
 jne 1b
 ret
.size __GI_global_name, .-global_name
.size global_name, .-global_name
.size weak_name, .-global_name
__GI_weak_only:
weak_only:
 mov $100000000, %rcx
1: dec %rcx
 jne 1b
 ret
.size weak_only, .-weak_only
.size __GI_weak_only, .-weak_only
.globl _start
.type _start, @function
_start: call global_name
 call weak_only
 mov $60, %rax
 xor %rdi, %rdi
 syscall
.size _start, .-_start
END
assembled alias || fail "alias.s does not assemble"
profiler f
recorded ./alias
at_least "percent in global_name" 30 "$(share global_name)"
at_least "percent in weak_only" 30 "$(share weak_only)"
