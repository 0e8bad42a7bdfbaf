internal import LinuxSupport
internal import PerfmonModel

/// What is read from /proc.
extension ProcessHistory {
    /// Looks at a thread and its process, as far as they are not known.
    func look(at tid: Int32, _ pid: Int32) {
        guard hasRoom else { return }
        let isKnown = current[pid].flatMap { lives[$0] }.map { $0.isWhole && $0.checked >= gap }
        if isKnown != true { lookAtProcess(tid, pid) }
        lookAtName(of: tid, in: pid)
        if tid != pid { lookAtName(of: pid, in: pid) }
    }

    private func lookAtProcess(_ tid: Int32, _ pid: Int32) {
        let now = MonotonicClock.now
        let code = ProcessMaps.code(of: tid, in: pid)
        if let number = current[pid], let life = lives[number], life.isWhole {
            if isSameSpace(life, code) { return mend(number, code, now) }
            loseTrack(of: pid, at: life.checked)
        }
        let number = current[pid] ?? begin(pid, at: holdsFrom, isWhole: false)
        let time = lives[number].map { $0.isLost && !$0.isUntold ? now : $0.began } ?? holdsFrom
        lives[number]?.isWhole = true
        lives[number]?.checked = now
        lives[number]?.readAt = now
        if let found = ProcessMaps.find(tid) {
            lives[number]?.mountNamespace = found.mountNamespace
            let entry = Entry(time: time, seen: max(now, time), record: .found(found))
            lives[number]?.readSerials.append(append(entry, life: number))
        }
        for code in code { add(code, at: time, seen: max(now, time)) }
        if code.isEmpty { lookAtParent(of: number) }
    }

    /// Whether a process of which records were lost has executed no other program: every program
    /// lies at addresses of its own.
    private func isSameSpace(_ life: Life, _ code: [MappedCode]) -> Bool {
        code.contains { !$0.file.isAnonymous && isKnown($0, in: life) }
    }

    private func isKnown(_ code: MappedCode, in life: Life) -> Bool {
        life.map.isCovered(code.address, through: code.lastAddress) {
            $0.content.agrees(with: code) || Self.areOne($0.content, code)
        }
    }

    /// Takes in what a process has mapped, and what it was called, when records were lost. Of what
    /// was replaced meanwhile it is not known when.
    private func mend(_ number: Int, _ code: [MappedCode], _ now: UInt64) {
        guard let life = lives[number] else { return }
        lives[number]?.readAt = now
        lives[number]?.readSerials = []
        for code in code where !isKnown(code, in: life) {
            if life.map.isTouched(code.address, through: code.lastAddress) {
                var unknown = code
                unknown.file = .unknown
                add(unknown, at: life.checked, seen: life.checked)
                add(code, at: now, seen: now)
            } else {
                add(code, at: life.checked, seen: now)
            }
        }
        lives[number]?.checked = now
        let name = ProcessMaps.name(of: life.pid, in: life.pid)
        guard let name, threads[life.pid]?.name != name else { return }
        let thread = NamedThread(pid: life.pid, tid: life.pid, name: kept(name), isExec: false)
        let unknown = Record.unknown(pid: life.pid, tid: life.pid)
        append(Entry(time: life.checked, record: unknown), life: number)
        note(thread, Entry(time: now, record: .named(thread)))
    }

    /// The same file by what both know of it: the kernel's record can have a build id, which /proc
    /// does not show.
    private static func areOne(_ left: MappedCode, _ right: MappedCode) -> Bool {
        left.file.path == right.file.path
            && left.address &- left.offset == right.address &- right.offset
    }

    /// Looks for what a process was before it executed another program, or ended.
    func lookBack(at number: Int) {
        guard hasRoom else { return }
        lookAtParent(of: number)
        lives[number]?.isWhole = true
    }

    /// A process that has ended by now, and did not execute another program, mapped what its parent
    /// maps.
    private func lookAtParent(of number: Int) {
        guard let life = lives[number], life.parentPid > 0 else { return }
        let parent = current[life.parentPid] ?? 0
        guard parent == life.parent, lives[parent]?.isWhole != true else { return }
        look(at: life.parentPid, life.parentPid)
        lives[number]?.parent = current[life.parentPid] ?? 0
    }

    private func lookAtName(of tid: Int32, in pid: Int32) {
        guard threads[tid]?.needsLook != false else { return }
        let now = MonotonicClock.now
        guard let name = ProcessMaps.name(of: tid, in: pid) else {
            if threads[tid] == nil { bytes += Size.thread }
            threads[tid, default: Thread(pid: pid)].wasLookedAt = true
            return
        }
        let number = current[pid] ?? 0
        let time = lives[number].map { $0.isLost && !$0.isUntold ? now : $0.began } ?? holdsFrom
        let thread = NamedThread(pid: pid, tid: tid, name: kept(name), isExec: false)
        let serial = note(thread, Entry(time: time, seen: max(now, time), record: .named(thread)))
        lives[number]?.readSerials.append(serial)
    }
}
