#!/bin/sh
# rm, mv, ln, touch, truncate, chmod and their like: the right errno, and nothing happens.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context f page-faults
file=$c/events
attempt EPERM unlink "$file"
attempt EPERM unlink "$MNT/version"
attempt EPERM rename "$file" "$c/other"
attempt EPERM rename "$c" "$MNT/contexts/g"
attempt EPERM rename "$MNT/version" "$MNT/version2"
attempt EPERM link "$file" "$c/other"
attempt EPERM symlink target "$c/other"
attempt EPERM mknod "$c/other"
attempt EPERM mkfifo "$c/other"
like "creating a file" 'E[PAN]*' "$("$TOOLS/attempt" create "$c/other")"
like "creating a file" 'E[PAN]*' "$("$TOOLS/attempt" create "$MNT/other")"
like "creating a file" 'E[PAN]*' "$("$TOOLS/attempt" create "$MNT/contexts/other")"
[ ! -e "$c/other" ] || fail "a file was made"
attempt ENOTDIR rmdir "$file"
like "rmdir of a fixed directory" 'E*' "$("$TOOLS/attempt" rmdir "$MNT/info")"
like "rmdir of contexts" 'E*' "$("$TOOLS/attempt" rmdir "$MNT/contexts")"
like "rmdir of set 0" 'E*' "$("$TOOLS/attempt" rmdir "$c/sets/0")"
attempt EISDIR openrw "$MNT/info"
attempt ENOTDIR stat "$file/below"
attempt ok truncate "$file" 0
attempt ok truncate "$file" 100
(touch "$file") 2>/dev/null
(mv "$file" "$c/x") 2>/dev/null && fail "mv"
(ln -s a "$c/x") 2>/dev/null && fail "ln -s"
(rm -f "$file") 2>/dev/null && fail "rm -f"
(rm -rf "$c") 2>/dev/null && fail "rm -rf of a context"
attempt ENODEV mmap "$MNT/version"
attempt EOPNOTSUPP setxattr "$file"
attempt EOPNOTSUPP getxattr "$file"
attempt ENOTTY chattr "$file"
attempt ok flock "$file"
eq "events" page-faults "$(cat "$c/sets/0/events")"
eq "state" unloaded "$(cat "$c/state")"
answers || fail "does not answer any more"
