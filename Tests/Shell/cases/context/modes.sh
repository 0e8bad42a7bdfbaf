#!/bin/sh
# Modes of a context's files.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context m
mode() {
    for file in $2; do
        eq "mode of $file" "$1" "$(stat -c %a "$c/$file")"
    done
}
mode 444 "state target owner created active_set counters last_cmd_status sets/0/pmcs sets/0/pmds"
mode 444 sets/0/set_info
mode 644 "ctx_flags events load_context sets/0/events"
mode 200 "unload_context start stop ctl"
for register in "$c"/sets/0/pmd*/; do
    eq "mode of ${register}value" 644 "$(stat -c %a "${register}value")"
done
for register in "$c"/sets/0/pmc[0-9]*; do
    eq "mode of $register" 644 "$(stat -c %a "$register")"
done
