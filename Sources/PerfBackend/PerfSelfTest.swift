internal import CLinux
internal import CPerfEvent
internal import Glibc
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// Counts known deeds of the calling thread, to find out what this kernel gets wrong.
///
/// Each of the faults looked for exists in some released kernel: clocks that count nothing,
/// periods that are ignored or applied late, samples without the counts of their group.
struct PerfSelfTest {
    private let backend: PerfBackend

    init(_ backend: PerfBackend) {
        self.backend = backend
    }

    /// What was tried, and how it ended.
    var checks: [PerfCapabilities.Check] {
        [
            check("clock-counts", clockCounts),
            check("distance", distance),
            check("new-distance", newDistance),
            check("group-counts", groupCounts),
            check("exit-reported", exitReported),
        ]
    }

    private func check(
        _ name: String,
        _ body: () throws(PfmError) -> String
    ) -> PerfCapabilities.Check {
        do throws(PfmError) {
            return PerfCapabilities.Check(name: name, fault: try body())
        } catch {
            return PerfCapabilities.Check(name: name, fault: error.message)
        }
    }

    private func clockCounts() throws(PfmError) -> String {
        let session = try session([counter(0, software(PERF_COUNT_SW_TASK_CLOCK))])
        defer { session.detach() }
        try session.start(0)
        let end = MonotonicClock.now + 1_000_000
        while MonotonicClock.now < end {}
        session.stop(0)
        let counted = try session.read(0).raw[0]
        return counted > 100_000
            ? "" : "task-clock counted \(counted) ns of 1000000; times cannot be trusted"
    }

    private func distance() throws(PfmError) -> String {
        let found = try overflows { session throws(PfmError) in
            try session.start(0)
            touch(pages: 100)
            session.stop(0)
        }
        return found.prefix(4) == [20, 40, 60, 80]
            ? "" : "a distance of 20 overflowed at \(found.prefix(4))"
    }

    private func newDistance() throws(PfmError) -> String {
        var halted: UInt64 = 0
        let found = try overflows { session throws(PfmError) in
            try session.start(0)
            touch(pages: 30)
            session.stop(0)
            halted = try session.read(0).raw[0]
            try session.arm(0, pmd: 0, distance: 7)
            try session.start(0)
            touch(pages: 15)
            session.stop(0)
        }
        return found.prefix(3) == [20, halted + 7, halted + 14]
            ? "" : "a new distance of 7 at count \(halted) overflowed at \(found.prefix(3))"
    }

    private func groupCounts() throws(PfmError) -> String {
        let faults = software(PERF_COUNT_SW_PAGE_FAULTS)
        let session = try session([counter(0, faults, distance: 20), counter(1, faults)])
        defer { session.detach() }
        try session.start(0)
        touch(pages: 100)
        session.stop(0)
        var pairs: [[UInt64]] = []
        session.collectSamples { event in
            if case .overflow(_, let snapshot, _) = event.kind { pairs.append(snapshot.raw) }
        }
        let isRight = pairs.count >= 5 && pairs.allSatisfy { $0[0] &- $0[1] &+ 1 <= 2 }
        return isRight ? "" : "samples carried the counts \(pairs)"
    }

    private func exitReported() throws(PfmError) -> String {
        var thread: HelperThread? = HelperThread(name: "pfmfs-test")
        let tid = thread?.threadID ?? 0
        let output = PerfOutput(tellsProcesses: false)
        do throws(Errno) {
            try output.open(tid: tid, cpu: -1, pages: 1)
        } catch {
            throw PfmError(error, "no ring: \(error)")
        }
        thread = nil
        let end = MonotonicClock.now + 500_000_000
        while !output.hasHungUp, MonotonicClock.now < end { usleep(200) }
        return output.hasHungUp ? "" : "the exit of a thread was not reported"
    }

    /// Values of the first counter at each overflow of page faults every 20.
    private func overflows(
        _ body: (PerfSession) throws(PfmError) -> Void
    ) throws(PfmError) -> [UInt64] {
        let session = try session([
            counter(0, software(PERF_COUNT_SW_PAGE_FAULTS), distance: 20)
        ])
        defer { session.detach() }
        try body(session)
        var found: [UInt64] = []
        session.collectSamples { event in
            if case .overflow(_, let snapshot, _) = event.kind { found.append(snapshot.raw[0]) }
        }
        return found
    }

    private func session(_ counters: [CounterProgram]) throws(PfmError) -> PerfSession {
        try backend.open(
            AttachRequest(
                session: 0,
                target: .thread(clinux_gettid()),
                sets: [SetProgram(id: 0, counters: counters)],
                inherit: false,
                holdAtOverflow: false,
                client: Client(uid: geteuid(), gid: getegid(), tid: clinux_gettid())
            )
        )
    }

    private func counter(
        _ pmd: Int,
        _ selection: EventSelection,
        distance: UInt64? = nil
    ) -> CounterProgram {
        CounterProgram(pmd: pmd, selection: selection, distance: distance)
    }

    private func software(_ id: perf_sw_ids) -> EventSelection {
        .generic(
            SelectorBits.generic | SelectorBits.user | SelectorBits.kernel | SelectorBits.enable
                | 2 << 32 | UInt64(id.rawValue),
            operand: 0
        )
    }

    /// One page fault for each page.
    private func touch(pages: Int) {
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = pages * pageSize
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else { return }
        madvise(memory, size, MADV_NOHUGEPAGE)
        for page in 0..<pages {
            memory.storeBytes(of: 1, toByteOffset: page * pageSize, as: UInt8.self)
        }
        munmap(memory, size)
    }
}
