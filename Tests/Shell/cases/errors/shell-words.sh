#!/bin/sh
# How each shell tells of a refusal: a message, status 1 and a script that goes on.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context w
{ echo 1 >"$c/start"; } 2>error && fail "echo to start of an unloaded context succeeded"
eq "lines of the shell's message" 1 "$(wc -l <error)"
{ printf 'pid 0x\n' >"$c/load_context"; } 2>error && fail "printf succeeded"
if echo none >"$c/ctx_flags"; then :; else fail "a good write failed"; fi
for word in system_wide none; do echo $word >"$c/ctx_flags"; done
eq "the last word" none "$(cat "$c/ctx_flags")"
