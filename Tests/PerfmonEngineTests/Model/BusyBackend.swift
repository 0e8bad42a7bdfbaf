@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend

/// The simulated PMU as a kernel would offer it: what happens is told only at the next drain, the
/// counters run on until then, and every call takes time in which they run on as well.
final class BusyBackend: CounterBackend {
    let name = "busy"
    /// Nanoseconds that halting, reading and starting take each.
    var cost: UInt64
    /// Others have the hardware: sets are started and nothing counts.
    var isTaken = false
    private let inner: SimulatedBackend
    /// Starts the set that waits for an exec; nil: none waits.
    fileprivate var waiting: (() throws(PfmError) -> Void)?
    private var queue: [BackendEvent] = []

    init(_ inner: SimulatedBackend, cost: UInt64) {
        self.inner = inner
        self.cost = cost
    }

    var pmu: PmuDescription { inner.pmu }
    var capabilities: BackendCapabilities { inner.capabilities }
    var manualControls: (any ManualControls)? { inner.manualControls }
    var lookups: Lookups? { inner.lookups }
    var eventSources: [any EventSource] { inner.eventSources }
    var now: UInt64 { inner.now }
    var eventDescriptor: Int32 { inner.eventDescriptor }
    var timeoutTick: UInt64 { inner.timeoutTick }

    func validate(_ selection: EventSelection, systemWide: Bool) throws(PfmError) {
        try inner.validate(selection, systemWide: systemWide)
    }

    func descriptors(for request: AttachRequest) -> Int { inner.descriptors(for: request) }

    func placements(for request: AttachRequest) throws(PfmError) -> [Placement] {
        try inner.placements(for: request)
    }

    func attach(_ request: AttachRequest) throws(PfmError) -> any CounterSession {
        BusySession(try inner.attach(request), on: self)
    }

    func drainEvents(_ handler: (BackendEvent) -> Void) {
        collect()
        let due = queue
        queue = []
        for event in due { handler(event) }
    }

    /// The thread that a set waits for executes a program.
    func exec() throws {
        try waiting?()
        waiting = nil
    }

    /// Lets a call take its time.
    fileprivate func spend() {
        inner.clock.advance(by: cost)
        collect()
    }

    private func collect() {
        inner.drainEvents { queue.append($0) }
    }
}

private final class BusySession: CounterSession {
    private let inner: any CounterSession
    private let backend: BusyBackend

    init(_ inner: any CounterSession, on backend: BusyBackend) {
        self.inner = inner
        self.backend = backend
    }

    func start(_ set: UInt16) throws(PfmError) {
        try inner.start(set)
        backend.spend()
    }

    func startAtExec(_ set: UInt16) throws(PfmError) {
        backend.waiting = { [inner] () throws(PfmError) in try inner.start(set) }
    }

    func stop(_ set: UInt16) {
        backend.spend()
        backend.waiting = nil
        inner.stop(set)
    }

    func read(_ set: UInt16) throws(PfmError) -> Snapshot {
        backend.spend()
        var snapshot = try inner.read(set)
        if backend.isTaken {
            snapshot.raw = snapshot.raw.map { _ in 0 }
            snapshot.timeRunning = 0
        }
        return snapshot
    }

    func arm(_ set: UInt16, pmd: Int, distance: UInt64?) throws(PfmError) {
        try inner.arm(set, pmd: pmd, distance: distance)
    }

    func setTimeoutLeft(_ set: UInt16, nanoseconds: UInt64) {
        inner.setTimeoutLeft(set, nanoseconds: nanoseconds)
    }

    func reprogram(_ program: SetProgram) throws(PfmError) {
        try inner.reprogram(program)
    }

    var overflowsByThread: Bool { inner.overflowsByThread }

    func reauthorize(for client: Client, isDelegated: Bool) throws(PfmError) {
        try inner.reauthorize(for: client, isDelegated: isDelegated)
    }

    func release() {
        inner.release()
    }

    func detach() {
        inner.detach()
    }
}
