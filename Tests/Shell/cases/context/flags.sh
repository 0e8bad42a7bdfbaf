#!/bin/sh
# ctx_flags: words and hexadecimal, checked together, fixed once loaded.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context f
# flags INPUT OUTPUT
flags() {
    put "$c/ctx_flags" "$1"
    eq "ctx_flags after '$1'" "$2" "$(cat "$c/ctx_flags")"
}
flags system_wide system_wide
flags none none
flags inherit inherit
flags 'system_wide ovfl_no_msg' 'system_wide ovfl_no_msg'
flags 0x02 system_wide
flags 0x82 'system_wide ovfl_no_msg'
flags 0 none
refused EINVAL "$c/ctx_flags" 'system_wide notify_block' '*notify_block*'
refused EINVAL "$c/ctx_flags" 'system_wide nonsense' '*nonsense*'
refused EINVAL "$c/ctx_flags" '' '?*'
eq "ctx_flags" none "$(cat "$c/ctx_flags")"
put "$c/events" page-faults
put "$c/load_context" "pid $$"
refused EBUSY "$c/ctx_flags" system_wide '*loaded*'
