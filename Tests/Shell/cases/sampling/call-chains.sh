#!/bin/sh
# The format stacks: call chains in entries, perf.data and folded; from a program that runs.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command perf
mount_pfmfs
cat >deep.c <<'END'
#include <unistd.h>
static volatile long sum;
__attribute__((noinline)) void innermost(void) { for (int i = 0; i < 1000000; i++) sum += i; }
__attribute__((noinline)) void middle(void) { innermost(); sum++; }
__attribute__((noinline)) void outermost(void) { middle(); sum++; }
int main(void) { for (;;) outermost(); }
END
gcc -O1 -fno-omit-frame-pointer -o deep deep.c || fail "deep.c does not compile"
spawn ./deep
sampler a cpu-clock:u 1000000 stacks buf_size=4M depth=16
load_and_start
enough() { [ "$(key "$c/smpl/hdr" hdr_count)" -ge 50 ]; }
until_true 15 "50 samples are there" enough
put "$c/stop" 1
like "an entry" '*chain=0x*,0x*' "$(tail -n 1 "$c/smpl/entries")"
perf script -i "$c/smpl/perf.data" -F comm,ip,sym >script.txt 2>err || fail "perf script: $(cat err)"
awk 'NF == 2 { chain = chain " " $2 } NF < 2 && chain { print chain; chain = "" }' script.txt >chains
# The frame behind a leaf has no place of its own in the chain.
at_least "whole chains in perf script" 45 "$(grep -cE '^ innermost( middle)? outermost main' chains)"
cat "$c/smpl/folded" >folded
like "folded" 'deep;*main;outermost;*innermost *' "$(sort -k 2nr folded | grep innermost | head -n 1)"
eq "folded counts every sample" "$(key "$c/smpl/hdr" hdr_count)" \
    "$(awk '{ n += $NF } END { print n }' folded)"
