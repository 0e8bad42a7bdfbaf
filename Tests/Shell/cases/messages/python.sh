#!/bin/sh
# Python reads messages with poll, select and selectors, and without waiting.
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_command python3
mount_pfmfs
context g page-faults
p=$c/sets/0/pmd0
put "$p/value" -101
put "$p/long_reset" -101
put "$p/flags" ovfl_notify
workload wait faults=997 wait faults=997 wait faults=997 wait
put "$c/load_context" "pid $pid"
put "$c/start" 1
cat >listen.py <<'END'
import errno, os, select, selectors, signal, struct, sys

context, pid = sys.argv[1], int(sys.argv[2])
queue = os.open(context + "/msgq", os.O_RDONLY | os.O_NONBLOCK)
pipe = open(context + "/msgs_pipe")


def write(name, text):
    with open(context + "/" + name, "w") as file:
        file.write(text)


def message():
    return struct.unpack("=II4QHHIQ", os.read(queue, 56))


try:
    os.read(queue, 56)
    print("read something")
except BlockingIOError as error:
    print(errno.errorcode[error.errno])
try:
    os.read(queue, 8)
except OSError as error:
    print(errno.errorcode[error.errno])

poll = select.poll()
poll.register(queue, select.POLLIN)
os.kill(pid, signal.SIGUSR1)
print(poll.poll(5000) == [(queue, select.POLLIN)])
kind, thread, *_, process, ip = message()
print(kind, thread == pid, process == pid, ip != 0)
print(poll.poll(0))
write("restart", "1")

os.kill(pid, signal.SIGUSR1)
print(select.select([queue], [], [], 5)[0] == [queue], message()[0])
write("restart", "1")

selector = selectors.DefaultSelector()
selector.register(pipe, selectors.EVENT_READ)
os.kill(pid, signal.SIGUSR1)
print(len(selector.select(5)), pipe.readline().split()[:3])
os.kill(pid, signal.SIGKILL)
print(len(selector.select(5)), pipe.read().strip())
END
timeout 20 python3 listen.py "$c" "$pid" >said 2>&1 || fail "$(cat said)"
eq "what it saw" "EAGAIN
EINVAL
True
1 True True True
[]
True 1
1 ['ovfl', 'set=0', 'pmds=0']
1 end reason=exit" "$(cat said)"
