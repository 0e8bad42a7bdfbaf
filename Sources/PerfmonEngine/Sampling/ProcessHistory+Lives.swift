internal import LinuxSupport
internal import PerfmonModel

/// How processes come, change and go.
extension ProcessHistory {
    /// A process from its start, or an exec, to the next exec or its end.
    struct Life {
        let pid: Int32
        /// The life of the same process before; 0: none.
        let previous: Int
        /// The life whose mappings it began with; 0: none, or not known.
        var parent: Int
        let parentPid: Int32
        let began: UInt64
        var ended: UInt64 = .max
        /// The pass in which its end was told.
        var endedPass: UInt64 = .max
        /// Its first thread has ended; others may be left.
        var hasExited = false
        /// Nothing is known of it but what is read from /proc from now on, and that of then only.
        var isLost = false
        var isUntold = false
        /// All that it maps is known, not only what it mapped since somebody listened.
        var isWhole: Bool
        /// When it was last known that nothing was missed.
        var checked: UInt64 = 0
        var isSampled = false
        var map = AddressMap<MappedCode>()
        /// Pieces of the map that it does not share with its parent.
        var ownPieces = 0
        var mountNamespace: UInt64 = 0
        /// When it was read from /proc, and the entries that this made.
        var readAt: UInt64 = 0
        var readSerials: [UInt64] = []

        /// Nothing is known of it at all.
        var isBlank: Bool { isLost && !isWhole && map.count == 0 }
    }

    struct Thread {
        let pid: Int32
        var name: ByteString?
        /// It was looked for in /proc.
        var wasLookedAt = false
        var isSampled = false
        var lastSample: UInt64 = 0
        var endedPass: UInt64 = .max
        /// The entry that tells of its start, of a thread that is not the first of its process.
        var serial: UInt64 = 0

        var needsLook: Bool { name == nil && !wasLookedAt }
    }

    /// The life of a process at a time.
    func life(of pid: Int32, at time: UInt64) -> Int? {
        var number = current[pid] ?? 0
        while let life = lives[number] {
            if life.began <= time { return number }
            number = life.previous
        }
        return nil
    }

    func add(_ thread: NamedThread, at time: UInt64) {
        var thread = thread
        thread.name = kept(thread.name)
        if thread.isExec {
            forgetReading(of: thread.pid, since: time)
            guard hasRoom else {
                dropped += 1
                return loseTrack(of: thread.pid, at: time)
            }
            begin(thread.pid, at: time, isWhole: true)
        } else if threads[thread.tid]?.name == thread.name {
            return
        }
        guard hasRoom else { return loseName(of: thread, at: time) }
        note(thread, Entry(time: time, record: .named(thread)))
    }

    /// Takes in what a thread is called.
    @discardableResult
    func note(_ thread: NamedThread, _ entry: Entry) -> UInt64 {
        if threads[thread.tid] == nil {
            threads[thread.tid] = Thread(pid: thread.pid)
            bytes += Size.thread
        }
        threads[thread.tid]?.name = thread.name
        return append(entry, life: current[thread.pid] ?? 0)
    }

    func add(_ code: MappedCode, at time: UInt64, seen: UInt64) {
        var code = code
        code.file = kept(code.file)
        guard current[code.pid] != nil || hasRoom else {
            dropped += 1
            return
        }
        let number = current[code.pid] ?? begin(code.pid, at: holdsFrom, isWhole: false)
        guard let life = lives[number] else { return }
        let last = code.lastAddress
        if life.map.isCovered(code.address, through: last, where: { $0.content.agrees(with: code) })
        {
            return
        }
        if !hasRoom {
            dropped += 1
            // Names of what was there before must not be given to what comes after it.
            guard life.map.isTouched(code.address, through: last, where: { $0.content.isKnown })
            else { return }
            code.file = .unknown
        }
        lives[number]?.map.insert(code.address, through: last, code)
        let added = (lives[number]?.map.count ?? 0) - life.map.count
        lives[number]?.ownPieces += added
        bytes += added * Size.piece
        let serial = append(Entry(time: time, seen: seen, record: .mapped(code)), life: number)
        if seen > time { lives[number]?.readSerials.append(serial) }
    }

    func add(_ thread: ForkedThread, at time: UInt64) {
        if thread.pid != thread.parentPid {
            forgetReading(of: thread.pid, since: time)
            guard hasRoom else {
                dropped += 1
                return loseTrack(of: thread.pid, at: time)
            }
            begin(thread.pid, at: time, isWhole: false, from: thread.parentPid)
        }
        guard hasRoom else {
            let name = NamedThread(pid: thread.pid, tid: thread.tid, name: "", isExec: false)
            return loseName(of: name, at: time)
        }
        var state = Thread(pid: thread.pid)
        state.name = threads[thread.parentTid]?.name ?? threads[thread.parentPid]?.name
        let serial = append(
            Entry(time: time, record: .forked(thread)),
            life: current[thread.pid] ?? 0
        )
        if thread.pid == thread.parentPid { state.serial = serial }
        threads[thread.tid] = state
        bytes += Size.thread
    }

    func add(_ process: MovedProcess, at time: UInt64) {
        guard let number = current[process.pid],
            lives[number]?.mountNamespace != process.mountNamespace
        else { return }
        lives[number]?.mountNamespace = process.mountNamespace
        append(Entry(time: time, record: .moved(process)), life: number)
    }

    /// Begins a life of a process in place of the one that it had.
    @discardableResult
    func begin(
        _ pid: Int32,
        at time: UInt64,
        isWhole: Bool,
        from parentPid: Int32? = nil
    ) -> Int {
        let previous = current[pid] ?? 0
        finish(previous, at: time)
        let parent = parentPid.flatMap { current[$0] } ?? 0
        lastLife += 1
        var life = Life(
            pid: pid,
            previous: previous,
            parent: parent,
            parentPid: parentPid ?? 0,
            began: time,
            isWhole: isWhole || lives[parent]?.isWhole == true
        )
        life.checked = time
        if let parent = lives[parent] {
            life.map = parent.map
            life.mountNamespace = parent.mountNamespace
            life.checked = min(time, parent.checked)
        } else if parentPid == nil {
            life.mountNamespace = lives[previous]?.mountNamespace ?? 0
        }
        lives[lastLife] = life
        current[pid] = lastLife
        bytes += Size.life
        return lastLife
    }

    /// From a time on nothing is known of a process.
    ///
    /// - Parameter isUntold: nothing was told until now, so that what is read from /proc next holds
    ///   from that time on.
    func loseTrack(of pid: Int32, at time: UInt64, isUntold: Bool = false) {
        guard let number = current[pid], lives[number]?.isBlank == false else { return }
        let unknown = begin(pid, at: time, isWhole: false)
        lives[unknown]?.isLost = true
        lives[unknown]?.isUntold = isUntold
        append(Entry(time: time, record: .unknown(pid: pid, tid: 0)), life: unknown)
        threads[pid] = nil
    }

    /// A name that there is no room for: the one before must not be given in its place.
    private func loseName(of thread: NamedThread, at time: UInt64) {
        dropped += 1
        guard threads[thread.tid]?.name != nil else { return }
        threads[thread.tid]?.name = nil
        append(
            Entry(time: time, record: .unknown(pid: thread.pid, tid: thread.tid)),
            life: current[thread.pid] ?? 0
        )
    }

    private func finish(_ number: Int, at time: UInt64) {
        guard let life = lives[number], life.ended == .max else { return }
        bytes -= life.ownPieces * Size.piece
        lives[number]?.map = AddressMap()
        lives[number]?.ended = time
        lives[number]?.endedPass = min(life.endedPass, pass)
        endings += 1
    }

    /// What was read from /proc after a process became another one tells of that one.
    private func forgetReading(of pid: Int32, since time: UInt64) {
        guard let number = current[pid], let life = lives[number], life.readAt > time else {
            return
        }
        dead.formUnion(life.readSerials)
        lives[number]?.readSerials = []
    }
}
