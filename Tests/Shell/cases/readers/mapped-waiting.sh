#!/bin/sh
# No private mapping of a file hangs: files that wait refuse pages, whether they have something or
# not, and sendfile from them fails, so that read(2) is used.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
sampler w page-faults 101 'default buf_size=64K'
for file in "$c/msgq" "$c/msgs_pipe" "$c/smpl/samples_pipe" "$MNT/clone"; do
    found=$(timeout 5 "$TOOLS/attempt" touch "$file")
    eq "a page of ${file##*/}" SIGBUS "$found"
    eq "sendfile of ${file##*/}" EINVAL "$(timeout 5 "$TOOLS/attempt" sendfile "$file")"
done
eq "a page of version" ok "$(timeout 5 "$TOOLS/attempt" touch "$MNT/version")"
# With something in them.
workload wait faults=211 wait
load_and_start
stream=$c/smpl/samples_pipe
go
until_true 5 "it has run" waits "$pid" 2
workload wait faults=211 wait
context m page-faults
period 0 101
put "$c/sets/0/pmd0/flags" ovfl_notify
load_and_start
go
until_true 5 "it has run" waits "$pid" 2
for file in "$c/msgq" "$c/msgs_pipe" "$stream"; do
    eq "a page of ${file##*/} with a message" SIGBUS "$(timeout 5 "$TOOLS/attempt" touch "$file")"
done
like "the message is still there" 'ovfl set=0 *' "$(head -n 1 "$c/msgs_pipe")"
find "$MNT" -type f -perm -u+r ! -path "$MNT/events/*" >files
while read -r file; do
    found=$(timeout 5 "$TOOLS/attempt" touch "$file") || [ $? -ne 124 ] || fail "touch $file hangs"
done <files
at_least "files mapped" 80 "$(wc -l <files)"
answers || fail "does not answer any more"
finish
