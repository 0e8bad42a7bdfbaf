#!/bin/sh
# Of the flags only system_wide with notify_block is refused; unknown bits of contexts and sets are
# ignored, those of registers are not.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context f page-faults
refused EINVAL "$c/ctx_flags" 0x3 '*exclude*'
put "$c/ctx_flags" 0x4000
eq "an unknown bit" none "$(cat "$c/ctx_flags")"
put "$c/ctx_flags" 0x4090
eq "map_sets, ovfl_no_msg and an unknown bit" 'map_sets ovfl_no_msg' "$(cat "$c/ctx_flags")"
put "$c/sets/0/set_flags" 0x80000004
eq "expl_next and an unknown bit" expl_next "$(cat "$c/sets/0/set_flags")"
refused EINVAL "$c/sets/0/set_flags" 0x3 '*exclude*'
put "$c/sets/0/pmd0/flags" 0x80000001
eq "ovfl_notify and an error bit" ovfl_notify "$(cat "$c/sets/0/pmd0/flags")"
refused EINVAL "$c/sets/0/pmd0/flags" 0x8 '*0x8*'
refused EINVAL "$c/sets/0/pmd0/flags" 0x4 '?*'
refused EINVAL "$c/sets/0/pmc0" "$(cat "$c/sets/0/pmc0") 0x1" '?*'
