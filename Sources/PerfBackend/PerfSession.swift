internal import CPerfEvent
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import PrivilegeSupport
internal import SystemPackage

/// The events of one loaded context.
final class PerfSession: CounterSession {
    private(set) var request: AttachRequest
    /// Tells this session's descriptors apart in the backend's epoll set.
    let serial: UInt64
    /// Where the sets are; one but for families.
    let lanes: [PerfLane]
    /// The ring that tells of the thread's end; that of the samples too, but for families.
    let output: PerfOutput
    let opening: PerfOpening
    unowned let backend: PerfBackend
    /// Lost samples of which the ring has told, and of which the engine has been told.
    var lostInRecords: UInt64 = 0
    var lostReported: UInt64 = 0
    /// Nil on a CPU.
    private var thread: ThreadHandle?
    /// Who loaded the context, or programmed it last: whose rights its events need.
    private(set) var identities: [ClientIdentity]
    /// What the kernel has allowed to them, on this very target.
    private var granted: Set<VerdictQuestion>
    /// Attributes of the events that were opened; their holders count this session as a user.
    private(set) var held: [perf_event_attr]
    /// Descriptors of this session in the epoll set.
    var watched: [Int32] = []
    /// Time-outs that the groups cannot count themselves.
    private(set) var timer: PerfSetTimer?
    /// The grip on the thread, if it is to be held at overflows.
    private(set) var hold: PerfHold?
    /// The set that counts, or will from the next exec on.
    private(set) var running: UInt16?
    private(set) var isDetached = false
    private(set) var hasEnded = false

    init(
        _ request: AttachRequest,
        serial: UInt64,
        backend: PerfBackend,
        opening: PerfOpening,
        identities: [ClientIdentity],
        granted: Set<VerdictQuestion>,
        lanes: [PerfLane],
        thread: consuming ThreadHandle?,
        timer: PerfSetTimer?,
        held: [perf_event_attr],
        hold: PerfHold?
    ) {
        self.request = request
        self.serial = serial
        self.backend = backend
        self.opening = opening
        self.identities = identities
        self.granted = granted
        self.held = held
        self.hold = hold
        output = opening.output
        self.lanes = lanes
        self.thread = thread
        self.timer = timer
    }

    func start(_ set: UInt16) throws(PfmError) {
        let groups = try groups(set)
        try requireHalted(but: set)
        for group in groups { group.start() }
        running = set
        timer?.start(set, timeout: groups[0].program.timeout)
        backend.sessionRuns(self)
    }

    func startAtExec(_ set: UInt16) throws(PfmError) {
        guard request.target.thread != nil else {
            throw PfmError(
                .notSupported,
                "a CPU executes no program; only a thread can be started at exec"
            )
        }
        guard !request.holdAtOverflow else {
            throw PfmError(
                .notSupported,
                "a context with notify_block cannot be started at exec: its events end there"
            )
        }
        let groups = try groups(set)
        try requireHalted(but: set)
        do throws(PfmError) {
            for group in groups { try group.startAtExec() }
        } catch {
            for group in groups { group.stop() }
            throw error
        }
        running = set
        backend.sessionRuns(self)
    }

    func stop(_ set: UInt16) {
        guard running == set, let groups = try? groups(set) else { return }
        for group in groups { group.stop() }
        timer?.stop()
        running = nil
    }

    func read(_ set: UInt16) throws(PfmError) -> Snapshot {
        let groups = try groups(set)
        guard groups.count > 1 else { return try groups[0].read() }
        var parts: [PlacedSnapshot] = []
        for (lane, group) in zip(lanes, groups) {
            parts.append(PlacedSnapshot(lane.opening.placement, try group.read()))
        }
        return Snapshot(adding: parts, counters: groups[0].program.counters.count)
    }

    func arm(_ set: UInt16, pmd: Int, distance: UInt64?) throws(PfmError) {
        let groups = try groups(set)
        try requireHalted(set)
        if distance != nil { try prepareForOverflows() }
        for group in groups { try group.arm(pmd: pmd, distance: distance) }
    }

    func setTimeoutLeft(_ set: UInt16, nanoseconds: UInt64) {
        guard running != set, let groups = try? groups(set) else { return }
        for group in groups { group.setTimeoutLeft(nanoseconds) }
        timer?.setLeft(nanoseconds, of: set)
    }

    func reprogram(_ program: SetProgram) throws(PfmError) {
        let groups = try groups(program.id)
        try requireHalted(program.id)
        granted = try backend.authoriseChange(of: self, to: program, granted: granted)
        // Kinds that go out of use keep their holders for this session; sets change seldom.
        let selected = try opening.members(program)
        for attributes in selected { backend.holders.retain(attributes) }
        held += selected
        if opening.samples(program) { try prepareForOverflows() }
        for group in groups { try group.reprogram(program) }
    }

    func reauthorize(for client: Client, isDelegated: Bool) throws(PfmError) {
        let fresh = ClientIdentity.all(of: client)
        guard fresh != identities || isDelegated != request.isDelegated else { return }
        var asked = request
        asked.client = client
        asked.isDelegated = isDelegated
        granted = try backend.authorise(fresh, asked, lanes[0].groups.map(\.program))
        identities = fresh
        request = asked
    }

    func release() {
        hold?.resume()
    }

    func detach() {
        guard !isDetached else { return }
        isDetached = true
        if let running { stop(running) }
        backend.forget(self)
        for lane in lanes { lane.close() }
        output.close()
        thread = nil
        timer = nil
        // Last: an event that still counted could kill a thread that nobody traces.
        hold = nil
    }

    /// Opens the events that an exec has taken away, while the thread stands behind it. They are
    /// halted. The client must be allowed to monitor the new program.
    func reopenAfterExec() throws(PfmError) {
        for lane in lanes {
            for group in lane.groups { try group.reopen() }
        }
    }

    /// Takes note that the target is gone. Its counts stay readable.
    func end() {
        hasEnded = true
    }

    /// Whether the thread's number has meant the same thread since before it was opened. The
    /// kernel opens nothing on a thread that is on its way out.
    var isTargetCurrent: Bool {
        switch thread {
        case .some(let thread): thread.isCurrent
        case nil: true
        }
    }

    /// Whether the thread this session was opened on still runs.
    var isTargetAlive: Bool {
        switch thread {
        case .some(let thread): thread.isAlive
        case nil: true
        }
    }

    /// The thread's pidfd, where the kernel has one to poll.
    var pidfd: Int32? {
        switch thread {
        case .some(let thread): thread.pidfd
        case nil: nil
        }
    }

    /// Whether any ring is meant for samples.
    var holdsSamples: Bool { lanes.contains { $0.output.holdsSamples } }

    /// Every thread of a family overflows by itself.
    var overflowsByThread: Bool { opening.inherit && holdsSamples }

    /// Rings beside `output`.
    var laneRings: [Int32] {
        lanes.lazy.map(\.output).filter { $0 !== self.output }.map(\.event)
    }

    /// A set in every lane; never empty.
    private func groups(_ set: UInt16) throws(PfmError) -> [PerfGroup] {
        let groups = lanes.compactMap { lane in lane.groups.first { $0.program.id == set } }
        guard !groups.isEmpty else {
            throw PfmError(.invalidArgument, "set \(set) is not loaded")
        }
        return groups
    }

    private func requireHalted(_ set: UInt16) throws(PfmError) {
        guard running != set else {
            throw PfmError(.resourceBusy, "set \(set) is counting")
        }
    }

    private func requireHalted(but set: UInt16) throws(PfmError) {
        guard running == nil || running == set else {
            throw PfmError(.resourceBusy, "set \(running ?? 0) is counting")
        }
    }

    /// Sees to a ring that holds samples, if there was no use for one so far.
    private func prepareForOverflows() throws(PfmError) {
        guard !request.inherit else { throw PerfBackend.inheritedOverflow }
        guard !output.holdsSamples, !hasEnded else { return }
        try backend.enlargeRing(of: self)
    }
}
