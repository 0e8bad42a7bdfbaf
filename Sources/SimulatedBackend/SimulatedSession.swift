internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// The simulated counters of one context. Its workload runs from the moment it is attached,
/// except while its thread is paused.
final class SimulatedSession: CounterSession {
    let number: UInt64
    let target: Target
    /// One simulated thread overflows for all of the session.
    let overflowsByThread = false
    private let backend: SimulatedBackend
    private let wantsCallChains: Bool
    private var sets: [UInt16: SetCounters] = [:]
    private var runningSet: UInt16?
    /// Simulated time up to which everything is counted.
    private var settledAt: UInt64
    /// Active nanoseconds of the workload up to `settledAt`.
    private var activeTime: UInt64 = 0
    /// The thread sleeps: neither its workload nor its time-outs go on.
    private var isPaused = false

    private struct SetCounters {
        var program: SetProgram
        var counters: [SimulatedCounter]
        var raw: [UInt64]
        /// Events until the next overflow of each counter; nil: none.
        var remaining: [UInt64?]
        var timeoutLeft: UInt64?
        var timeEnabled: UInt64 = 0

        init(_ program: SetProgram) throws(PfmError) {
            self.program = program
            counters = []
            for counter in program.counters {
                counters.append(try SimulatedPmu.counter(for: counter.selection))
            }
            raw = Array(repeating: 0, count: counters.count)
            remaining = program.counters.map(\.distance)
            timeoutLeft = program.timeout
        }
    }

    init(_ request: AttachRequest, backend: SimulatedBackend) throws(PfmError) {
        number = request.session
        target = request.target
        self.backend = backend
        wantsCallChains = request.wantsCallChains
        settledAt = backend.now
        for program in request.sets {
            sets[program.id] = try SetCounters(program)
        }
    }

    func start(_ set: UInt16) throws(PfmError) {
        settle(to: backend.now)
        runningSet = set
        backend.schedule()
    }

    func startAtExec(_ set: UInt16) throws(PfmError) {
        throw PfmError(
            .notSupportedOnSocket,
            "simulated threads never exec",
            remedy: .start
        )
    }

    func stop(_ set: UInt16) {
        settle(to: backend.now)
        if runningSet == set { runningSet = nil }
    }

    func read(_ set: UInt16) throws(PfmError) -> Snapshot {
        settle(to: backend.now)
        return snapshot(of: set)
    }

    func arm(_ set: UInt16, pmd: Int, distance: UInt64?) throws(PfmError) {
        guard let index = sets[set]?.program.counters.firstIndex(where: { $0.pmd == pmd }) else {
            return
        }
        sets[set]?.program.counters[index].distance = distance
        sets[set]?.remaining[index] = distance
    }

    func setTimeoutLeft(_ set: UInt16, nanoseconds: UInt64) {
        sets[set]?.timeoutLeft = nanoseconds
    }

    func reprogram(_ program: SetProgram) throws(PfmError) {
        let timeEnabled = sets[program.id]?.timeEnabled ?? 0
        var new = try SetCounters(program)
        new.timeEnabled = timeEnabled
        sets[program.id] = new
    }

    func reauthorize(for client: Client, isDelegated: Bool) throws(PfmError) {
        try backend.authorize(client, for: target)
    }

    func release() {}

    func detach() {
        backend.remove(self)
    }

    /// Lets the thread sleep or run.
    func setPaused(_ paused: Bool) {
        settle(to: backend.now)
        isPaused = paused
    }

    /// The simulated time of the next overflow or time-out; nil when none is due.
    var nextEventTime: UInt64? {
        guard let runningSet, let set = sets[runningSet], !isPaused else { return nil }
        var next: UInt64?
        for (counter, remaining) in zip(set.counters, set.remaining) {
            guard let remaining,
                let time = counter.time(ofEvent: counter.events(after: activeTime) &+ remaining)
            else { continue }
            next = min(next ?? .max, time - activeTime)
        }
        if let left = set.timeoutLeft { next = min(next ?? .max, left) }
        guard let next else { return nil }
        let (time, isBeyond) = settledAt.addingReportingOverflow(next)
        return isBeyond ? nil : time
    }

    /// Nanoseconds for which an overflow holds the program up while the clock runs, as an interrupt
    /// would: nothing comes faster than pfmfs can handle it.
    private static let interruptTime: UInt64 = 10_000

    /// What is due at the time up to which the session is settled now.
    func takeEvents(at time: UInt64) -> [BackendEvent] {
        settle(to: time)
        guard let runningSet, let set = sets[runningSet] else { return [] }
        var events: [BackendEvent] = []
        let due = set.remaining.indices.filter { set.remaining[$0] == 0 }
        if !due.isEmpty {
            for index in due {
                sets[runningSet]?.remaining[index] = set.program.counters[index].distance
            }
            events.append(
                event(
                    .overflow(
                        pmds: due.map { set.program.counters[$0].pmd },
                        snapshot: snapshot(of: runningSet),
                        place: place
                    ),
                    in: runningSet
                )
            )
        }
        if set.timeoutLeft == 0 {
            sets[runningSet]?.timeoutLeft = nil
            events.append(event(.timeout, in: runningSet))
        }
        if !due.isEmpty, !backend.clock.isManual { settledAt += Self.interruptTime }
        return events
    }

    func event(_ kind: BackendEvent.Kind, in set: UInt16) -> BackendEvent {
        BackendEvent(session: number, set: set, time: settledAt, kind: kind)
    }

    private func snapshot(of set: UInt16) -> Snapshot {
        let counters = sets[set]
        let time = counters?.timeEnabled ?? 0
        return Snapshot(
            raw: counters?.raw ?? [],
            timeEnabled: time,
            timeRunning: time,
            time: settledAt
        )
    }

    /// The program's place is a function of its active time: a loop of 64 instructions in 16
    /// functions, each called through two others of its own.
    private var place: SamplePlace {
        let step = activeTime / 1000 % 64
        let ip = SimulatedWorkload.code + 16 * step
        let tid = target.thread ?? 0
        var place = SamplePlace(ip: ip, pid: tid, tid: tid, cpu: target.cpu ?? 0)
        if wantsCallChains {
            place.callChain = (1...3).map { SimulatedWorkload.code + 16 * (step / 4 + 64 * $0) }
        }
        return place
    }

    private func settle(to time: UInt64) {
        guard time > settledAt else { return }
        let elapsed = time - settledAt
        settledAt = time
        guard !isPaused else { return }
        defer { activeTime += elapsed }
        guard let runningSet, var set = sets[runningSet] else { return }
        for index in set.counters.indices {
            let counter = set.counters[index]
            let delta =
                counter.events(after: activeTime + elapsed) - counter.events(after: activeTime)
            set.raw[index] &+= delta
            if let remaining = set.remaining[index] {
                set.remaining[index] = remaining - min(remaining, delta)
            }
        }
        set.timeEnabled += elapsed
        if let left = set.timeoutLeft { set.timeoutLeft = left - min(left, elapsed) }
        sets[runningSet] = set
    }
}
