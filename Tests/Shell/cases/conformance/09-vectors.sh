#!/bin/sh
# A batch stops at its first bad element: those before it stay, those behind it are not looked at.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context v
set=$c/sets/0
refused EINVAL "$c/ctl" 'write_pmcs 0 pmc0 value=0x5300c0
write_pmcs 0 pmc9 value=0x5300c4
write_pmcs 0 pmc1 value=0x5300c5' '*2*pmc9*'
eq "the first was written" 0x5300c0 "$(cat "$set/pmc0")"
eq "the third was not" 0x100000 "$(cat "$set/pmc1")"
refused EINVAL "$c/ctl" 'write_pmds 0 pmd0 value=-5 long_reset=-7 flags=ovfl_notify
write_pmds 0 pmd1 value=23 reset_pmds=0,9
write_pmds 0 pmd2 value=29' '*2*pmd9*'
eq "the first" '18446744073709551611 18446744073709551609 ovfl_notify' \
    "$(cat "$set/pmd0/value" "$set/pmd0/long_reset" "$set/pmd0/flags" | xargs)"
attempt EINVAL read "$set/pmd1/value"
attempt EINVAL read "$set/pmd2/value"
refused EINVAL "$c/ctl" 'write_pmds 0 pmd0 value=1
write_pmds 3 pmd0 value=2' '*2*set 3*'
eq "the first" 1 "$(cat "$set/pmd0/value")"
refused EINVAL "$c/ctl" 'create_evtsets 5
create_evtsets 6 flags=ovfl_switch,time_switch timeout=1ms
create_evtsets 7' '*2*exclude*'
attempt ok stat "$c/sets/5"
attempt ENOENT stat "$c/sets/7"
