package import LinuxSupport
package import PerfmonEvents
package import PerfmonModel

/// Where counts come from. A backend knows raw counts only: every virtual thing of perfmon2
/// (64-bit values, resets, sets, messages) is the engine's.
///
/// All calls come from one thread at a time, under the lock that guards the engine. None may wait.
package protocol CounterBackend: AnyObject {
    /// The word of `-o backend=`: `perf`, `msr` or `simulated`.
    var name: String { get }

    /// The registers this backend offers.
    var pmu: PmuDescription { get }

    /// Where its event names come from, in the order in which they are asked.
    var eventSources: [any EventSource] { get }

    /// What it can do on this machine. Does not change.
    var capabilities: BackendCapabilities { get }

    /// What can be done to it by hand; nil over real hardware.
    var manualControls: (any ManualControls)? { get }

    /// Nanoseconds of the clock that events and snapshots are stamped with.
    var now: UInt64 { get }

    /// A descriptor that polls readable while `drainEvents` has work to do.
    var eventDescriptor: Int32 { get }

    /// Shortest time-out of a time-switched set in nanoseconds; time-outs are rounded up to a
    /// multiple of it.
    var timeoutTick: UInt64 { get }

    /// Checks, by asking the hardware or the kernel, that an event can be counted at all.
    ///
    /// - Throws: ENOENT or EOPNOTSUPP when this machine cannot count it, EINVAL when bits of the
    ///   selection contradict each other.
    func validate(_ selection: EventSelection, systemWide: Bool) throws(PfmError)

    /// Opens everything that the sets need on the target; nothing counts yet. All or nothing.
    ///
    /// - Throws: ESRCH when the thread does not exist, EPERM or EACCES when `client` may not
    ///   monitor it, EBUSY when the hardware is taken, ENFILE when descriptors run out.
    func attach(_ request: AttachRequest) throws(PfmError) -> any CounterSession

    /// Where commands wait for what they have to find out, guarded like the backend; nil where
    /// nothing takes long.
    var lookups: Lookups? { get }

    /// Where event groups are needed to count a target, in the order in which they are opened.
    ///
    /// - Throws: what is wrong with the target.
    func placements(for request: AttachRequest) throws(PfmError) -> [Placement]

    /// How many descriptors `attach` takes for a request, from its call to `detach`; 0 where
    /// counters are no descriptors.
    func descriptors(for request: AttachRequest) -> Int

    /// Delivers everything that happened up to now, in order of time. The handler may call the
    /// session the event belongs to, `detach()` included.
    func drainEvents(_ handler: (BackendEvent) -> Void)
}

/// What to open for a context that is being loaded.
package struct AttachRequest: Sendable {
    /// Chosen by the engine; events carry it back.
    package var session: UInt64
    package var target: Target
    /// Every set of the context.
    package var sets: [SetProgram]
    /// Children of the thread are counted too.
    package var inherit: Bool
    /// The thread is to be held at each overflow until `release` (`PFM_FL_NOTIFY_BLOCK`).
    package var holdAtOverflow: Bool
    /// Who asks; the backend's own privilege never stands in for the client's.
    package var client: Client
    /// `sys_group` names a group and the client is in it: what the kernel reserves to privileged
    /// users (whole CPUs, kernel mode, tracepoints) is the client's too. A thread still has to be
    /// one that the client may monitor.
    package var isDelegated: Bool
    /// Overflows fill a sampling buffer and may be reported late, many at a time.
    package var isBuffered: Bool
    /// Overflows are to carry their call chain.
    package var wantsCallChains = false
    /// What the target's processes map, how they are named and what they make is to be told.
    package var wantsProcesses = false

    package init(
        session: UInt64,
        target: Target,
        sets: [SetProgram],
        inherit: Bool,
        holdAtOverflow: Bool,
        client: Client,
        isDelegated: Bool = false,
        isBuffered: Bool = false
    ) {
        self.session = session
        self.target = target
        self.sets = sets
        self.inherit = inherit
        self.holdAtOverflow = holdAtOverflow
        self.client = client
        self.isDelegated = isDelegated
        self.isBuffered = isBuffered
    }
}

/// What one event set asks of the hardware.
package struct SetProgram: Sendable, Equatable {
    /// The set's id (`set_id`).
    package var id: UInt16
    /// Its enabled counters, in ascending order of their PMDs.
    package var counters: [CounterProgram]
    /// Nanoseconds after which the set is left; nil unless it is time-switched. Time passes while
    /// the set counts and, on a thread, while the thread runs.
    package var timeout: UInt64?

    package init(id: UInt16, counters: [CounterProgram], timeout: UInt64? = nil) {
        self.id = id
        self.counters = counters
        self.timeout = timeout
    }
}

/// What one counter of a set counts, and whether its overflows matter.
package struct CounterProgram: Sendable, Equatable {
    /// The PMD that shows the count.
    package var pmd: Int
    package var selection: EventSelection
    /// Events until the first overflow, and between overflows from then on until `arm` says
    /// otherwise; nil when no overflow is expected (a distance of 2^63 or more never is).
    package var distance: UInt64?
    /// The counter wraps at its hardware width and never overflows (`PFM_REGFL_NO_EMUL64`); the
    /// engine cuts the value, the backend counts as ever.
    package var isUnemulated: Bool

    package init(
        pmd: Int,
        selection: EventSelection,
        distance: UInt64? = nil,
        isUnemulated: Bool = false
    ) {
        self.pmd = pmd
        self.selection = selection
        self.distance = distance
        self.isUnemulated = isUnemulated
    }
}

/// The counters that one loaded context holds.
package protocol CounterSession: AnyObject {
    /// Every thread that is followed overflows by itself, always at the distance that was asked
    /// for: then overflows come without counts, and nothing can be set anew at them.
    var overflowsByThread: Bool { get }

    /// Lets a set count, going on from its last counts. At most one set runs at a time.
    func start(_ set: UInt16) throws(PfmError)

    /// Lets a set count from the thread's next exec on.
    ///
    /// - Throws: EOPNOTSUPP on a CPU target or where the backend cannot do it.
    func startAtExec(_ set: UInt16) throws(PfmError)

    /// Halts a set. No event is counted after it returns.
    func stop(_ set: UInt16)

    /// The counts of a set, of all placements together; running or not. Those of one placement are
    /// from one instant.
    ///
    /// - Throws: EBUSY when the hardware could not take the set at all.
    func read(_ set: UInt16) throws(PfmError) -> Snapshot

    /// Sets the distance to the next overflow of one counter, and between overflows from then on;
    /// nil: it no longer overflows. Only while the set is halted.
    func arm(_ set: UInt16, pmd: Int, distance: UInt64?) throws(PfmError)

    /// Sets what is left of the set's time-out in nanoseconds. Only while the set is halted.
    func setTimeoutLeft(_ set: UInt16, nanoseconds: UInt64)

    /// Replaces what a halted set counts. Raw counts of changed counters start anew at any value.
    func reprogram(_ program: SetProgram) throws(PfmError)

    /// Checks that a client may count all that the session counts. From then on its rights decide
    /// what else may be counted.
    ///
    /// - Throws: EPERM or EACCES when it may not.
    func reauthorize(for client: Client, isDelegated: Bool) throws(PfmError)

    /// Lets a thread that was held at an overflow run on.
    func release()

    /// Gives everything back. Events of this session that are still queued are dropped.
    func detach()
}

/// Something that happened to a session without a command.
package struct BackendEvent: Sendable {
    package enum Kind: Sendable {
        /// Counters reached their distance at the same event; `snapshot` holds all counts of the
        /// set at that instant, however late the event is delivered. It holds none in a session
        /// that overflows by thread.
        case overflow(pmds: [Int], snapshot: Snapshot, place: SamplePlace)
        /// Overflows of a buffered session, in order of time; the event's time is the last one's.
        case samples(SampleBatch)
        /// The set's time-out is over. The set still runs.
        case timeout
        /// The counters had to be opened anew while the thread stands; counts go on, but every
        /// distance begins where it stands. The thread waits for `release`.
        case reopened
        /// The target is gone, or was taken away; counts can still be read until `detach`.
        case ended(EndReason)
        /// Overflows that could not be delivered.
        case lost(count: UInt64)
        /// The kernel slowed sampling down, because it took too much of the CPU's time.
        case throttled(cpu: Int)
        /// A monitored process took on a name, or made itself a new program.
        case named(NamedThread)
        /// A monitored process mapped code.
        case mapped(MappedCode)
        /// A monitored thread made another one, or another process.
        case forked(ForkedThread)
    }

    /// The `session` of the attach request.
    package var session: UInt64
    /// The set it happened in.
    package var set: UInt16
    /// When it happened, on the backend's clock.
    package var time: UInt64
    package var kind: Kind

    package init(session: UInt64, set: UInt16, time: UInt64, kind: Kind) {
        self.session = session
        self.set = set
        self.time = time
        self.kind = kind
    }
}
