#!/bin/sh
# A user who halts the process that acts as this user keeps nobody but this user waiting.
# shells: dash
# timeout: 60
# shellcheck source=../../lib/common.sh
. "$LIB/common.sh"

need_other_user
need_command python3
python=python3
as_user 65534 "$python" -c '' 2>/dev/null || python=/usr/bin/python3
as_user 65534 "$python" -c '' 2>/dev/null || skip "other users cannot run python3 here"
mount_pfmfs -o contexts_mode=1777
as_user 65534 cat "$MNT/version" >/dev/null || skip "other users cannot reach the mount here"
cat >halted.py <<'END'
import errno, os, signal, sys, time

mount, role, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
end = time.monotonic() + seconds


def probes():
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/comm") as file:
                if name.isdigit() and file.read() == "pfmfs-probe\n":
                    found.append(int(name))
        except OSError:
            pass
    return found


def write(name, text):
    file = os.open(f"{mount}/contexts/halted/{name}", os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def load():
    loaded, refused = 0, set()
    while time.monotonic() < end:
        try:
            write("load_context", "self\n")
            loaded += 1
            write("unload_context", "1\n")
        except OSError as error:
            refused.add(errno.errorcode[error.errno])
    print(loaded, *sorted(refused))


def halt():
    halted, known, looked = set(), [], 0
    while time.monotonic() < end:
        if time.monotonic() > looked + 0.02:
            known, looked = probes(), time.monotonic()
        for pid in known:
            try:
                os.kill(pid, signal.SIGSTOP)
                halted.add(pid)
            except OSError:
                pass
    print(len(halted))


def read():
    file = os.open(mount + "/version", os.O_RDONLY)
    slow, count = 0, 0
    while time.monotonic() < end:
        before = time.monotonic()
        os.pread(file, 64, 0)
        slow += time.monotonic() - before > 0.005
        count += 1
    print(slow, count)


{"load": load, "halt": halt, "read": read}[role]()
END
as_user 65534 mkdir "$MNT/contexts/halted" || fail "mkdir"
as_user 65534 sh -c "echo task-clock:u page-faults:u >'$MNT/contexts/halted/events'" || fail "events"

# round SECONDS [halt]: how many answers took more than 5 ms is in `slow`.
round() {
    setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
        "$python" halted.py "$MNT" load "$1" >loaded &
    others=$!
    if [ $# -gt 1 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
            "$python" halted.py "$MNT" halt "$1" >halted &
        others="$others $!"
    else
        # As much work for the machine.
        "$python" halted.py "$MNT" read "$1" >beside &
        others="$others $!"
    fi
    "$python" halted.py "$MNT" read "$1" >answers || fail "the reader"
    for one in $others; do wait "$one" || fail "$(cat loaded)"; done
    read -r slow count <answers
    echo "loaded $(cat loaded); of $count answers $slow took more than 5 ms"
}

chmod 755 . && chmod 644 halted.py
round 3
usual=$slow
like "loads" '[1-9]*' "$(cat loaded)"
round 5 halt
halted=$(cat halted)
echo "halted $halted times"
[ "$halted" -ge 8 ] || skip "the probe could not be halted often enough ($halted times)"
like "the loads meanwhile" '*EAGAIN*' "$(cat loaded)"
most=$((2 * usual + 2 + halted / 4))
[ "$slow" -le "$most" ] || fail "$slow answers took more than 5 ms, usually $usual"
like "the reason" '*permission check*' "$(cat "$MNT/info/error_log")"
as_user 65534 rmdir "$MNT/contexts/halted" || fail "rmdir"
