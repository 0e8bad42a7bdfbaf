#!/bin/sh
# A reader that does not take the names that getdents64(2) gives it keeps no command waiting for long.
# shells: dash
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_root
need_command python3
mount_pfmfs
context standing page-faults
cat >standing.py <<'END'
import ctypes, fcntl, mmap, os, platform, select, struct, sys, threading, time

calls = {"x86_64": (323, 217), "aarch64": (282, 61)}.get(platform.machine())
if calls is None:
    print("skip: system calls are known by number here for x86_64 and aarch64 alone")
    sys.exit(77)
libc = ctypes.CDLL(None, use_errno=True)
faults = libc.syscall(calls[0], os.O_CLOEXEC)
if faults < 0:
    print("skip: userfaultfd(2):", os.strerror(ctypes.get_errno()))
    sys.exit(77)
fcntl.ioctl(faults, 0xC018AA3F, struct.pack("QQQ", 0xAA, 0, 0))
memory = mmap.mmap(-1, 65536)
start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
fcntl.ioctl(faults, 0xC020AA00, struct.pack("QQQQ", start, 65536, 1, 0))

context, beside = sys.argv[1:]


def write(path, text):
    before = time.monotonic()
    with open(path, "w") as file:
        file.write(text)
    return time.monotonic() - before


for number in range(3, 6):
    write(context + "/ctl", f"create_evtsets {number}\n")
    os.stat(f"{context}/sets/{number}")
    write(beside + "/ctl", f"create_evtsets {number}\n")
    os.stat(f"{beside}/sets/{number}")
directory = os.open(context + "/sets", os.O_RDONLY | os.O_DIRECTORY)
reader = threading.Thread(
    target=lambda: libc.syscall(calls[1], directory, ctypes.c_void_p(start), 65536))
reader.start()
# The reader stands in the kernel, with the directory locked.
select.select([faults], [], [])
first = write(context + "/ctl", "delete_evtsets 3\n")
second = write(context + "/ctl", "delete_evtsets 4\n")
others = [write(beside + "/ctl", f"delete_evtsets {number}\n") for number in range(3, 6)]
gone = [not os.path.exists(f"{beside}/sets/{number}") for number in range(3, 6)]
print(f"{first:.3f} s, then {second:.3f} s; beside {max(others):.3f} s, gone {all(gone)}")
fcntl.ioctl(faults, 0xC020AA04, struct.pack("QQQq", start, 65536, 0, 0))
reader.join()
# The kernel is told once the reader lets it.
end = time.monotonic() + 10
while os.path.exists(context + "/sets/3") and time.monotonic() < end:
    time.sleep(0.01)
print("gone at last", not os.path.exists(context + "/sets/3"))
sys.exit(0 if first < 5 and second < first + 1 and max(others) < 5 and all(gone) else 1)
END
mkdir "$MNT/contexts/beside"
timeout 20 python3 standing.py "$c" "$MNT/contexts/beside" >said 2>&1
status=$?
[ "$status" -ne 77 ] || skip "$(cat said)"
cat said
eq "status" 0 "$status"
eq "at last" "gone at last True" "$(tail -n 1 said)"
