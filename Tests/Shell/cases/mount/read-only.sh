#!/bin/sh
# Mounted ro, nothing can be written.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs -o ro
attempt EROFS write "$MNT/debug" 1
attempt EROFS mkdir "$MNT/contexts/x"
