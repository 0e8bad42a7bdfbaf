#!/bin/sh
# The wall clock jumps, to and fro and by years: time-outs of sets, waits and rates know only the
# clock that nobody can set.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command gcc
cat >jumps.c <<'END'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* CLOCK_REALTIME as if somebody set it all the time. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    static long step;
    int result = syscall(SYS_clock_gettime, clock, time);

    if (clock == CLOCK_REALTIME)
        time->tv_sec += ++step % 2 ? 31536000 : -31536000;
    return result;
}

time_t time(time_t *where)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}
END
gcc -shared -fPIC -o jumps.so jumps.c || fail "the clock's stand-in does not compile"
LD_PRELOAD=$PWD/jumps.so
export LD_PRELOAD
"$PFMFS" -f "$MNT" >>daemon.log 2>&1 &
daemon=$!
unset LD_PRELOAD
until_true 10 "the mount answers" answers
workload wait spin=300 wait
context t task-clock
put "$c/ctl" 'create_evtsets 1 flags=time_switch timeout=10ms'
put "$c/ctl" 'create_evtsets 0 flags=time_switch timeout=10ms'
put "$c/events" 'set1: task-clock'
put "$c/load_context" "pid $pid"
put "$c/start" 1
go
until_true 10 "300 ms are spent" waits "$pid" 2
at_least "turns of set 0" 8 "$(cat "$c/sets/0/set_runs")"
at_least "turns of set 1" 8 "$(cat "$c/sets/1/set_runs")"
created=$(cat "$c/created" 2>/dev/null)
[ -z "$created" ] || [ "$created" -gt 0 ] || fail "created: $created"
finish
