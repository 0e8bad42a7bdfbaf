package import LinuxSupport
package import Logging
package import PerfmonEvents
package import PerfmonModel
internal import SystemPackage

/// What is chosen once, when the engine is made.
package struct EngineOptions: Sendable {
    /// Per-thread and system-wide sessions may be loaded at the same time.
    package var allowsMixedSessions = false
    /// Refusals do not name the contexts of other users.
    package var hidesOthers = false
    /// What there may be of everything that is limited in all and by user.
    package var limits = Limits()
    /// Sets that one context may have.
    package var maximumSets = 65536
    /// perfmon2's own rules about callers hold, which make no sense for `echo`: the caller must run
    /// on the monitored CPU, or must have stopped the monitored thread.
    package var isStrict = false
    /// What is known of a thread; nil when there is none.
    package var threadFacts: @Sendable (Int32) -> ThreadFacts? = { ThreadFacts.ofThread($0) }
    /// Bytes that the sampling buffers of one user may take together.
    package var userBufferMemory = UInt64.max
    /// The sampling formats that contexts can choose.
    package var formats = SamplingFormats.builtIn
    /// CPUs of the machine, for the statistics.
    package var cpuCount = 1
    /// Shortest set time-out in nanoseconds; nil: the backend's own.
    package var timeoutTick: UInt64?
    /// Locked memory and its limit, of a thread that waits for an answer.
    package var lockedMemory: @Sendable (Int32) -> LockedMemory = { LockedMemory.ofThread($0) }

    /// Nanoseconds of the clock by which notifications are kept to their pace.
    package var paceClock: @Sendable () -> UInt64 = { MonotonicClock.now }

    package init() {}
}

/// Told what changed without a command of the listener's own. Called under the lock that guards
/// the engine; must give no commands, but may take messages.
package protocol EngineObserver: AnyObject {
    /// Messages were queued, or the queue will never fill again.
    func messagesArrived(in context: Context)
    /// The state, the target or the active set changed.
    func stateChanged(of context: Context)
    /// A set of the context is gone.
    func setRemoved(_ id: UInt16, from context: Context)
    /// The context is gone.
    func removed(_ context: Context)
    /// Another sampling format was chosen, or none.
    func formatChanged(of context: Context)
    /// Samples were stored since the last call.
    func samplesArrived(in context: Context)
    /// The stored samples are about to go, at a restart or with the format; the last chance to take
    /// them.
    func samplesWillGo(in context: Context)
}

/// All contexts, and what they share: the backend, the controls, the sessions, the statistics.
///
/// The engine knows no files and no text formats. One lock guards it and everything in it.
package final class Engine {
    package let backend: any CounterBackend
    package let pmu: PmuDescription
    package let catalog: EventCatalog
    package let options: EngineOptions
    package var controls = Controls()
    package internal(set) var log: Logger
    package weak var observer: (any EngineObserver)?
    /// CPUs that can be monitored now.
    package internal(set) var onlineCPUs: CPUSet
    /// Bytes that sampling buffers take (`smpl_buffer_mem_cur`).
    package var bufferMemoryInUse: UInt64 { bufferMemory.total }
    /// One entry for each CPU of the machine.
    package internal(set) var statistics: [CPUStatistics]

    var contexts: [String: Context] = [:]
    var sessions: [UInt64: Context] = [:]
    var arbiter: SessionArbiter
    var bufferMemory = BufferMemory()
    var accounts = Accounts()
    let paceTimer = PaceTimer()
    var contextsWithNews: [Context] = []
    /// Number in the name of the last context that belongs to a descriptor.
    var lastClone: UInt64 = 0
    private var lastSerial: UInt64 = 0
    private var lastSession: UInt64 = 0
    private var isDraining = false
    private var traceLimit = RateLimit(perSecond: 50)
    private var generator: any RandomNumberGenerator

    package init(
        backend: any CounterBackend,
        options: EngineOptions = EngineOptions(),
        log: Logger = Logger(label: "pfmfs"),
        generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        self.backend = backend
        self.options = options
        self.log = log
        self.generator = generator
        pmu = backend.pmu
        catalog = EventCatalog(sources: backend.eventSources)
        arbiter = SessionArbiter(
            allowsMixing: options.allowsMixedSessions,
            hidesOthers: options.hidesOthers
        )
        onlineCPUs = CPUSet(0..<options.cpuCount)
        statistics = Array(repeating: CPUStatistics(), count: options.cpuCount)
    }

    /// Nanoseconds of the backend's clock.
    package var now: UInt64 { backend.now }

    /// Loaded per-thread sessions (`task_sessions_count`).
    package var threadSessionCount: Int { arbiter.threadCount }

    /// Loaded system-wide sessions (`sys_sessions_count`).
    package var systemSessionCount: Int { arbiter.systemCount }

    /// Unit to which set time-outs are rounded up, in nanoseconds.
    package var timeoutTick: UInt64 { max(1, options.timeoutTick ?? backend.timeoutTick) }

    /// Handles everything that happened since the last call. The event thread calls it when the
    /// backend's descriptor is readable, and every command calls it first.
    package func drain() {
        guard !isDraining else { return }
        isDraining = true
        backend.drainEvents { event in handle(event) }
        isDraining = false
        announceSamples()
    }

    /// Clears the statistics of all CPUs (`reset_stats`).
    package func resetStatistics() {
        statistics = Array(repeating: CPUStatistics(), count: statistics.count)
    }

    /// Sets the tracing of commands (`debug`); 0 also clears the statistics.
    package func setDebug(_ value: Int32) {
        controls.debug = value
        if value == 0 { resetStatistics() }
    }

    private func handle(_ event: BackendEvent) {
        guard let context = sessions[event.session] else { return }
        switch event.kind {
        case .overflow(let pmds, let snapshot, let place):
            context.handleOverflow(
                pmds: pmds,
                snapshot: snapshot,
                place: place,
                set: event.set,
                time: event.time
            )
        case .samples(let batch):
            context.handle(batch, set: event.set)
        case .timeout:
            context.handleTimeout(set: event.set, time: event.time)
        case .reopened:
            context.handleReopening()
        case .ended(let reason):
            context.handleEnd(reason)
        case .lost(let count):
            context.loseSamples(count, cpu: context.lastCPU)
        case .throttled(let cpu):
            context.sampling?.throttled += 1
            count(on: cpu, \.throttles)
        case .named(let thread):
            context.sampling?.processes?.add(.named(thread), at: event.time)
        case .mapped(let code):
            context.sampling?.processes?.add(.mapped(code), at: event.time)
        case .forked(let thread):
            context.sampling?.processes?.add(.forked(thread), at: event.time)
        }
    }
}

/// What contexts ask of the engine.
extension Engine {
    /// Group rule of the original, as coded: a system-wide context takes `sys_group` and
    /// `task_group`, a per-thread one `task_group`. Root is not exempt.
    ///
    /// - Throws: EPERM when a group is named and the client is not in it.
    func requireGroups(systemWide: Bool, _ client: Client) throws(PfmError) {
        if systemWide {
            try requireGroup(.system, controls.systemGroup, "system-wide contexts are", client)
        }
        try requireGroup(
            .task,
            controls.taskGroup,
            systemWide ? "contexts, system-wide ones too, are" : "contexts are",
            client
        )
    }

    private func requireGroup(
        _ kind: GroupKind,
        _ group: Int32,
        _ what: String,
        _ client: Client
    ) throws(PfmError) {
        guard group != Controls.anyGroup else { return }
        guard !client.isMember(of: UInt32(bitPattern: group)) else { return }
        throw PfmError(
            .notPermitted,
            "\(what) for members of group \(group), and uid \(client.uid) is not a member",
            remedy: .joinGroup(kind)
        )
    }

    /// Whether `sys_group` names a group and the client is in it: the administrator then lets him
    /// do what the kernel keeps for privileged users.
    func isDelegated(_ client: Client) -> Bool {
        guard controls.systemGroup != Controls.anyGroup else { return false }
        return client.isMember(of: UInt32(bitPattern: controls.systemGroup))
    }

    /// A set time-out as the engine can keep it.
    ///
    /// - Throws: EINVAL when the next multiple of the tick does not fit into 64 bits.
    func roundedUpToTick(_ nanoseconds: UInt64) throws(PfmError) -> UInt64 {
        let tick = timeoutTick
        let longest = UInt64.max / tick * tick
        guard nanoseconds <= longest else {
            throw PfmError(
                .invalidArgument,
                "a time-out of \(nanoseconds) ns cannot be rounded up to a multiple of \(tick) ns",
                hint: "\(longest) is the longest",
                subject: String(nanoseconds)
            )
        }
        return (nanoseconds / tick + (nanoseconds % tick == 0 ? 0 : 1)) * tick
    }

    func nextSessionNumber() -> UInt64 {
        lastSession += 1
        return lastSession
    }

    func nextSerial() -> UInt64 {
        lastSerial += 1
        return lastSerial
    }

    func attached(_ context: Context, as session: UInt64) {
        sessions[session] = context
        changed(context)
    }

    func detached(_ context: Context, from session: UInt64) {
        sessions[session] = nil
        changed(context)
    }

    func changed(_ context: Context) {
        observer?.stateChanged(of: context)
    }

    /// Who waits for messages takes them now; nothing more is handled until he has, for he may be
    /// told in the middle of a command.
    func messagesArrived(_ context: Context) {
        context.notice?.send()
        let wasDraining = isDraining
        isDraining = true
        observer?.messagesArrived(in: context)
        isDraining = wasDraining
    }

    func random() -> UInt64 {
        generator.next()
    }

    func count(
        on cpu: Int,
        _ field: WritableKeyPath<CPUStatistics, UInt64>,
        _ amount: UInt64 = 1
    ) {
        guard statistics.indices.contains(cpu) else { return }
        statistics[cpu][keyPath: field] &+= amount
    }

    /// Writes a line of tracing to the log, so many a second at most.
    package func trace(_ line: String) {
        guard let suppressed = traceLimit.pass(at: now) else { return }
        let gap = suppressed == 0 ? "" : " (\(suppressed) lines before this one were dropped)"
        log.notice("\(line)\(gap)")
    }

    func traceOverflow(_ context: Context, pmds: [Int], place: SamplePlace) {
        guard controls.debugOverflow != 0 else { return }
        trace(
            """
            context \(context.name): overflow of pmd \(RegisterSet(pmds)) in set \
            \(context.activeSetID), thread \(place.tid), CPU \(place.cpu)
            """
        )
    }
}
