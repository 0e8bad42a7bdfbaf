#!/bin/sh
# Reserved bits of a PMC keep their default, and last_cmd_status tells.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o backend=simulated
context r
eq "pmc0 of a new set" 0x100000 "$(cat "$c/sets/0/pmc0")"
put "$c/sets/0/pmc0" 0x4300c0
like "pmc0" '0x5300c0' "$(cat "$c/sets/0/pmc0")"
like "the word" 'ok*reserved*' "$(cat "$c/last_cmd_status")"
put "$c/sets/0/pmc0" 0xffffffff005300c0
eq "pmc0" 0x5300c0 "$(cat "$c/sets/0/pmc0")"
put "$c/sets/0/pmc0" 5439680
eq "pmc0 by decimal" 0x5300c0 "$(cat "$c/sets/0/pmc0")"
eq "ok, nothing kept" ok "$(cat "$c/last_cmd_status")"
put "$c/sets/0/pmc16" 0x333
eq "pmc16" 0xbbb "$(cat "$c/sets/0/pmc16")"
attempt ENOENT write "$c/sets/0/pmc4" 0
