internal import Glibc
internal import LinuxSupport
package import PerfmonModel

/// What the sampled processes are called and which code they map: what a profiler needs to tell
/// where an address belongs.
///
/// A backend tells of changes while it monitors. What was there before is read from /proc when a
/// thread is first heard of. What repeats what is known is not kept, and processes that ended
/// without a sample are forgotten when memory runs short.
package final class ProcessHistory {
    package enum Record: Sendable, Equatable {
        case named(NamedThread)
        case mapped(MappedCode)
        case forked(ForkedThread)
        case moved(MovedProcess)
        case found(FoundProcess)
        /// From now on nothing is known: of one thread's name, or of the whole process if `tid` is
        /// 0.
        case unknown(pid: Int32, tid: Int32)
    }

    package struct Entry: Sendable, Equatable {
        /// From when on it holds, in nanoseconds of the backend's clock; 0 for what was there
        /// before.
        package var time: UInt64
        /// When it was known to hold: later than `time` for what was read from /proc.
        package var seen: UInt64
        package var record: Record
        /// Numbers entries in the order in which they were told.
        package internal(set) var serial: UInt64 = 0
        var life = 0

        package init(time: UInt64, seen: UInt64? = nil, record: Record) {
            self.time = time
            self.seen = seen ?? time
            self.record = record
        }
    }

    /// Bytes that a history takes; a process that maps and maps must not fill the memory.
    static let usualLimit = 16 << 20

    /// In the order in which they were told.
    var all: [Entry] = []
    /// Records that were not kept.
    package internal(set) var dropped: UInt64 = 0
    /// The lowest difference of the wall clock to CLOCK_MONOTONIC since the history began, in
    /// nanoseconds: what was seen at T was seen at T plus this or later.
    package private(set) var clockOffset: Int64 = .max

    let limit: Int
    /// Estimate of what all of this takes.
    var bytes = 0
    var lastSerial: UInt64 = 0
    /// Numbers of entries that are not to be told any more.
    var dead: Set<UInt64> = []
    var lives: [Int: Life] = [:]
    /// The life that each process has now.
    var current: [Int32: Int] = [:]
    var lastLife = 0
    var threads: [Int32: Thread] = [:]
    var files: Set<MappedFile> = []
    var names: Set<ByteString> = []
    /// Processes and threads that ended since the last compaction.
    var endings = 0
    /// Counts the passes through all rings. What is told of an end in one of them is settled two
    /// later: then no sample from before can come.
    var pass: UInt64 = 0
    /// When the backend lost records; what was known before holds no longer for certain.
    var gap: UInt64 = 0
    /// From when on it holds what is read of a process that was never heard of.
    var holdsFrom: UInt64 = 0

    private var lastThread: Int32 = -1
    /// The life of the process of `lastThread`, and its span.
    private var lastFrom: UInt64 = 0
    private var lastSpan: UInt64 = 0
    private var lastSample: UInt64 = 0

    package convenience init() {
        self.init(limit: Self.usualLimit)
    }

    init(limit: Int) {
        self.limit = limit
        noteClock()
    }

    /// What is known, in the order in which it was told.
    package var entries: [Entry] {
        dead.isEmpty ? all : all.filter { !dead.contains($0.serial) }
    }

    /// What was told since an entry with this number.
    package func entries(after serial: UInt64) -> ArraySlice<Entry> {
        let news = all[all.sortedIndex(fulfilling: { $0.serial > serial })...]
        return dead.isEmpty ? news : ArraySlice(news.filter { !dead.contains($0.serial) })
    }

    /// Whether a process is there no more, as far as was told.
    package func hasEnded(_ pid: Int32) -> Bool {
        current[pid].flatMap { lives[$0]?.hasExited } ?? false
    }

    /// Takes a change in.
    ///
    /// - Parameter pass: counts the passes through all rings.
    func add(_ record: Record, at time: UInt64, pass: UInt64 = 0) {
        beginAdding(pass)
        switch record {
        // Of processes in other pid namespaces the kernel tells no number.
        case .named(let thread): if thread.pid > 0 { add(thread, at: time) }
        case .mapped(let code): if code.pid > 0 { add(code, at: time, seen: time) }
        case .forked(let thread): if thread.pid > 0 { add(thread, at: time) }
        case .moved(let process): if process.pid > 0 { add(process, at: time) }
        case .found, .unknown: append(Entry(time: time, record: record), life: 0)
        }
    }

    /// Takes note that a thread has ended.
    func end(_ thread: EndedThread, at time: UInt64, pass: UInt64 = 0) {
        beginAdding(pass)
        endings += 1
        threads[thread.tid]?.endedPass = self.pass
        guard thread.pid == thread.tid, let life = current[thread.pid] else { return }
        lives[life]?.hasExited = true
        lives[life]?.endedPass = self.pass
    }

    /// Nothing was told until now: what was known before a load holds no longer.
    func beginLoad(at time: UInt64) {
        settleSample()
        guard !lives.isEmpty else { return }
        holdsFrom = time
        for pid in Array(current.keys) { loseTrack(of: pid, at: time, isUntold: true) }
        threads = [:]
    }

    /// The backend has lost records. What is known is looked at again when it is needed.
    func noteGap(_ count: UInt64, at time: UInt64) {
        settleSample()
        gap = max(gap, time)
        dropped += count
    }

    /// Looks at a thread that was not told of, with its process.
    func see(thread tid: Int32) {
        guard let found = ProcessMaps.find(tid) else { return }
        lastThread = -1
        look(at: tid, found.pid)
    }

    /// Takes note of a sample of a thread, and looks at it if it has not been heard of.
    @inline(__always)
    func see(thread tid: Int32, of pid: Int32, at time: UInt64) {
        guard tid == lastThread, time &- lastFrom < lastSpan else {
            return note(tid, pid, time)
        }
        lastSample = time
    }

    private func note(_ tid: Int32, _ pid: Int32, _ time: UInt64) {
        settleSample()
        guard tid > 0 else { return }
        if needsLook(tid, pid, at: time) { look(at: tid, pid) }
        threads[tid]?.lastSample = time
        threads[tid]?.isSampled = true
        guard let life = life(of: pid, at: time) else { return }
        if lives[life]?.isWhole == false { lookBack(at: life) }
        lives[life]?.isSampled = true
        lastThread = tid
        lastSample = time
        lastFrom = lives[life]?.began ?? 0
        lastSpan = (lives[life]?.ended ?? 0) &- lastFrom
    }

    /// Whether what is known of the present does not cover a sample.
    private func needsLook(_ tid: Int32, _ pid: Int32, at time: UInt64) -> Bool {
        guard let number = current[pid], let life = lives[number] else { return true }
        // What is there now says nothing about what was there before.
        guard time >= life.began else { return false }
        return !life.isWhole || life.checked < gap || threads[tid]?.needsLook != false
    }

    private func beginAdding(_ pass: UInt64) {
        settleSample()
        self.pass = max(self.pass, pass)
        noteClock()
    }

    private func settleSample() {
        if lastThread > 0 { threads[lastThread]?.lastSample = lastSample }
        lastThread = -1
    }

    /// The samples are gone: what was kept for them need not be kept longer.
    func samplesAreGone() {
        lastThread = -1
        for number in Array(lives.keys) { lives[number]?.isSampled = false }
        for tid in Array(threads.keys) {
            threads[tid]?.isSampled = false
            threads[tid]?.lastSample = 0
        }
        endings += lives.count
    }

    private func noteClock() {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let now = Int64(wall.tv_sec) * 1_000_000_000 + Int64(wall.tv_nsec)
        clockOffset = min(clockOffset, now &- Int64(bitPattern: MonotonicClock.now))
    }
}
