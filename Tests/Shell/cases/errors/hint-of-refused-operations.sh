#!/bin/sh
# Who tries mv or rm in a context is told to use rmdir.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
context f
attempt EPERM unlink "$c/events"
like "the sentence" '*rmdir*' "$(cat "$MNT/info/last_cmd_status")"
