internal import Glibc
internal import LinuxSupport
internal import PerfmonModel

/// What a history takes of the memory, and what it gives up when that is too much.
extension ProcessHistory {
    /// Estimates, in bytes.
    enum Size {
        static let entry = MemoryLayout<Entry>.stride
        static let life = 2 * MemoryLayout<Life>.stride
        static let thread = 2 * MemoryLayout<Thread>.stride
        static let piece = MemoryLayout<AddressMap<MappedCode>.Piece>.stride
        /// Beside the bytes of its path.
        static let file = 192
        static let name = 96
    }

    /// Whether another entry can be kept; forgets what is not needed if that helps.
    var hasRoom: Bool {
        if bytes < limit { return true }
        // Going through everything is worth it only when there is something to find.
        guard endings >= 64 + all.count / 16 else { return false }
        forget()
        return bytes < limit
    }

    @discardableResult
    func append(_ entry: Entry, life: Int) -> UInt64 {
        var entry = entry
        lastSerial += 1
        entry.serial = lastSerial
        entry.life = life
        all.append(entry)
        bytes += Size.entry
        return lastSerial
    }

    /// The file that stands for all that are equal to it.
    func kept(_ file: MappedFile) -> MappedFile {
        let (isNew, kept) = files.insert(file)
        if isNew { bytes += Size.file + file.path.bytes.count }
        return kept
    }

    func kept(_ name: ByteString) -> ByteString {
        let (isNew, kept) = names.insert(name)
        if isNew { bytes += Size.name }
        return kept
    }

    /// Gives up what tells of processes and threads that ended without a sample.
    func forget() {
        endings = 0
        let needed = neededLives()
        lives = lives.filter { needed.contains($0.key) }
        current = current.filter { needed.contains($0.value) }
        var gone: Set<Int32> = []
        for (tid, thread) in threads where isOver(thread) || current[thread.pid] == nil {
            threads[tid] = nil
            guard !thread.isSampled, thread.serial > 0 else { continue }
            dead.insert(thread.serial)
            gone.insert(tid)
        }
        dead.formUnion(supersededNames())
        let pids = Set(lives.values.map(\.pid))
        all.removeAll { entry in
            if dead.contains(entry.serial) { return true }
            switch entry.record {
            // It ends what was known before.
            case .unknown(let pid, _): return !pids.contains(pid)
            case .named(let thread):
                if !thread.isExec, gone.contains(thread.tid) { return true }
            case .mapped, .forked, .moved, .found: break
            }
            return entry.life > 0 && !needed.contains(entry.life)
        }
        dead = []
        recount()
    }

    /// Lives with samples, those that go on, and those that one of them began from.
    private func neededLives() -> Set<Int> {
        var needed: Set<Int> = []
        // A child has a higher number than its parent.
        for number in lives.keys.sorted(by: >) {
            guard let life = lives[number],
                life.isSampled || !isOver(life) || needed.contains(number)
            else { continue }
            needed.insert(number)
            needed.insert(life.parent)
        }
        return needed
    }

    private func isOver(_ life: Life) -> Bool {
        guard isSettled(life.endedPass) || life.isBlank else { return false }
        // Threads may be left when the first one has ended.
        return life.ended != .max || access("/proc/\(life.pid)", F_OK) != 0
    }

    private func isOver(_ thread: Thread) -> Bool {
        !thread.isSampled && isSettled(thread.endedPass)
    }

    /// Whether no sample from before can come any more.
    private func isSettled(_ end: UInt64) -> Bool {
        end <= pass && pass - end >= 2
    }

    /// Names of threads that took on another one, without a sample since.
    private func supersededNames() -> Set<UInt64> {
        // Samples from before can still come.
        let newest = (all.last?.time ?? 0).subtractingReportingOverflow(1_000_000_000)
        guard !newest.overflow else { return [] }
        var last: [Int32: Entry] = [:]
        var superseded: Set<UInt64> = []
        for entry in all {
            guard case .named(let thread) = entry.record, !thread.isExec else { continue }
            if let old = last[thread.tid], let state = threads[thread.tid],
                state.lastSample < old.time, entry.time < newest.partialValue
            {
                superseded.insert(old.serial)
            }
            last[thread.tid] = entry
        }
        return superseded
    }

    private func recount() {
        files = []
        names = []
        bytes = all.count * Size.entry + lives.count * Size.life + threads.count * Size.thread
        bytes += lives.values.reduce(0) { $0 + $1.ownPieces * Size.piece }
        for entry in all {
            switch entry.record {
            case .mapped(let code): _ = kept(code.file)
            case .named(let thread): _ = kept(thread.name)
            case .forked, .moved, .found, .unknown: break
            }
        }
    }
}
