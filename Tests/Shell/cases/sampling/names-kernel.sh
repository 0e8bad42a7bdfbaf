#!/bin/sh
# The kernel's functions are named also where its list begins with symbols at address 0.
# shells: bash dash busybox
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/names.sh
. "$LIB/names.sh"

need_root
need_command unshare
[ "$(sed -n '1s/^0*\([0-9a-f]*\) .*/\1/p' /proc/kallsyms)" ] || skip "the kernel hides its addresses"
# The list as x86 kernels before Linux 6.15 have it, with more at 0 than fits into one reading.
{
    awk 'BEGIN { for (i = 0; i < 5000; i++) print "0000000000000000 A cpu_data_" i }'
    cat /proc/kallsyms
} >list
unshare -m sh -c 'mount --bind list /proc/kallsyms' 2>/dev/null || skip "mount namespaces are not to be had"
cat >inner.sh <<'END'
. "$LIB/common.sh"
. "$LIB/names.sh"
mount --bind list /proc/kallsyms
mount_pfmfs
profiler a cpu-clock
recorded dd if=/dev/zero of=/dev/null bs=1M count=1000 2>/dev/null
at_least "percent without a name" 0 "$(share '[kernel]')"
[ "$(share '[kernel]')" -lt 10 ] || fail "the kernel's functions have no names: $(leaves | head -n 3 | xargs)"
as_perf
perf report -i "$c/smpl/perf.data" --stdio --sort sym 2>/dev/null | grep -q '\[k\] [a-z_]' || fail "perf does not find the kernel"
END
# shellcheck disable=SC2086 # busybox sh is two words
unshare -m $CASE_SHELL inner.sh
