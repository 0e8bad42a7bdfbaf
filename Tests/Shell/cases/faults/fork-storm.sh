#!/bin/sh
# A target that forks as fast as it can: the mount answers, counts are exact where children are not
# followed, and none is lost where they are.
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

mount_pfmfs
descriptors() { find "/proc/$daemon/fd" -mindepth 1 2>/dev/null | wc -l; }
before=
for flags in none inherit; do
    workload wait storm=211,3 faults=101 wait
    context "f$flags" 'minor-faults context-switches'
    put "$c/ctx_flags" "$flags"
    put "$c/load_context" "pid $pid"
    put "$c/start" 1
    go
    asked=0
    until waits "$pid" 2; do
        answers || fail "does not answer"
        cat "$c/counters" >/dev/null || fail "counters cannot be read"
        asked=$((asked + 1))
        [ "$asked" -lt 3000 ] || fail "the storm does not end"
    done
    counted=$(count minor-faults)
    # The forking itself faults: copied pages of the parent, and first touches of the child.
    at_least "faults with $flags" 101 "$counted"
    [ "$flags" = none ] || at_least "faults with children" $((211 * 3 + 101)) "$counted"
    put "$c/stop" 1
    eq "once it is stopped" "$(count minor-faults)" "$(count minor-faults)"
    rmdir "$c"
    finish
    [ -n "$before" ] || before=$(descriptors)
done
eq "descriptors" "$before" "$(descriptors)"
