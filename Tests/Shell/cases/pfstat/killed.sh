#!/bin/sh
# However pfstat ends, its context goes with it.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"
# shellcheck source=../../lib/scripts.sh
. "$LIB/scripts.sh"

mount_pfmfs
goes_with_its_context pfstat -I 50 -e page-faults
