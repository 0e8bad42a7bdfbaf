#!/bin/sh
# What the writable root files accept, what they refuse, and that it reads back.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
# control FILE INPUT OUTPUT
control() {
    put "$MNT/$1" "$2"
    eq "$1 after '$2'" "$3" "$(cat "$MNT/$1")"
}
for file in debug debug_ovfl; do
    control $file 1 1
    control $file 5 5
    control $file -1 -1
    control $file ' 7' 7
    control $file 0 0
    refused EINVAL "$MNT/$file" abc
    refused EINVAL "$MNT/$file" ''
done
for file in sys_group task_group; do
    control $file 4 4
    control $file 65534 65534
    control $file -1 -1
    control $file root 0
    control $file -1 -1
    refused EINVAL "$MNT/$file" nosuchgroup
    refused EINVAL "$MNT/$file" -2
    refused EINVAL "$MNT/$file" 99999999999
done
everything=$(cat "$MNT/smpl_buffer_mem_max")
control smpl_buffer_mem_max 8192 8192
control smpl_buffer_mem_max 64K 65536
control smpl_buffer_mem_max 1M 1048576
control smpl_buffer_mem_max 4096 4096
refused EINVAL "$MNT/smpl_buffer_mem_max" 4095
refused EINVAL "$MNT/smpl_buffer_mem_max" 0
refused EINVAL "$MNT/smpl_buffer_mem_max" words
control smpl_buffer_mem_max max "$everything"
control smpl_buffer_mem_max 8192 8192
control smpl_buffer_mem_max -1 "$everything"
control arg_mem_max 8192 8192
control arg_mem_max 16K 16384
refused EINVAL "$MNT/arg_mem_max" 4095
refused EINVAL "$MNT/arg_mem_max" -5
refused EINVAL "$MNT/arg_mem_max" 18446744073709551616
control arg_mem_max 4096 4096
# As the kernel's sscanf: blanks in front and whatever follows the digits are ignored, and
# hexadecimal is a 0 with something behind it.
control debug '12abc' 12
control debug '	3 4' 3
control debug 0x10 0
control sys_group '5 6' 5
control sys_group -1 -1
control arg_mem_max '  8192junk' 8192
control arg_mem_max '8k 5' 8192
control smpl_buffer_mem_max '4096,' 4096
refused EINVAL "$MNT/smpl_buffer_mem_max" 0x10000
refused EINVAL "$MNT/smpl_buffer_mem_max" '-4096'
refused EINVAL "$MNT/smpl_buffer_mem_max" 99999999999G
like "the reason" '*99999999999G*64 bits*' "$(cat "$MNT/info/last_cmd_status")"
# What is ignored is told; what looks like a unit is not ignored.
ignored() { # FILE INPUT OUTPUT IGNORED
    control "$1" "$2" "$3"
    like "what is said of '$2'" "ok ('$4' behind the number is ignored)" \
        "$(cat "$MNT/info/last_cmd_status")"
}
cat "$MNT/info/last_cmd_status" >/dev/null
ignored arg_mem_max '8192 apples' 8192 apples
ignored arg_mem_max '64KB' 65536 B
ignored smpl_buffer_mem_max 'max 5' "$everything" 5
ignored debug '12abc' 12 abc
ignored debug_ovfl '0x10' 0 x10
ignored sys_group '5 6' 5 6
control sys_group -1 -1
for text in '1 GB' '8192 K' '8192 kilobytes' '8192T' '1 M'; do
    refused EINVAL "$MNT/arg_mem_max" "$text" '*not read as a unit*'
    refused EINVAL "$MNT/smpl_buffer_mem_max" "$text" '*not read as a unit*'
done
for text in 'apples 8192' '- 5' '+-5' '--5' '5-'; do
    case $text in 5-) control debug "$text" 5 ;; *) refused EINVAL "$MNT/debug" "$text" '?*' ;; esac
done
refused EINVAL "$MNT/arg_mem_max" 'apples 8192' '*apples*'
refused EINVAL "$MNT/sys_group" 'nosuchgroup 5' '*nosuchgroup*'
control smpl_buffer_mem_max max "$everything"
control arg_mem_max 4096 4096
control debug 0 0
control debug_ovfl 0 0
# What the shell's own commands do.
echo 3 >"$MNT/debug" || fail "echo 3 >debug"
printf '4\n' >>"$MNT/debug" || fail "printf >>debug"
eq debug 4 "$(cat "$MNT/debug")"
(echo nonsense >"$MNT/debug") 2>/dev/null && fail "echo nonsense >debug did not fail"
eq debug 4 "$(cat "$MNT/debug")"
printf 0 >"$MNT/debug" || fail "a line without a newline"
eq debug 0 "$(cat "$MNT/debug")"
