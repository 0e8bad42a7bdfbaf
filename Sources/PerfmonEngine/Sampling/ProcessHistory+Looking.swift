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
        var time = holdsFrom
        if let number = current[pid], let life = lives[number] {
            if life.isWhole, isUnchanged(life, code) {
                lives[number]?.checked = now
                return
            }
            time = life.began
            if life.isWhole {
                loseTrack(of: pid, at: life.checked)
                time = now
            }
        }
        let number = current[pid] ?? begin(pid, at: time, isWhole: false)
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

    /// Whether a process of which records may have been lost is what it was.
    private func isUnchanged(_ life: Life, _ code: [MappedCode]) -> Bool {
        guard !code.isEmpty, ProcessMaps.name(of: life.pid, in: life.pid) == threads[life.pid]?.name
        else { return false }
        return code.allSatisfy { new in
            life.map.isCovered(new.address, through: new.lastAddress) {
                $0.content.agrees(with: new) || Self.areOne($0.content, new)
            }
        }
    }

    /// The same file by what both know of it: the kernel's record can have a build id, which /proc
    /// does not show.
    private static func areOne(_ left: MappedCode, _ right: MappedCode) -> Bool {
        left.file.path == right.file.path
            && left.address &- left.offset == right.address &- right.offset
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
        let time = lives[number]?.began ?? holdsFrom
        let thread = NamedThread(pid: pid, tid: tid, name: kept(name), isExec: false)
        let serial = note(thread, Entry(time: time, seen: max(now, time), record: .named(thread)))
        lives[number]?.readSerials.append(serial)
    }
}
