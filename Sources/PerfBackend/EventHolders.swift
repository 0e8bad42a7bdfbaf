internal import CPerfEvent
internal import LinuxSupport
internal import SystemPackage

/// Halted events that keep a kind of event alive in the kernel while sessions come and go.
///
/// The last close of a tracepoint takes 35 ms and its first open 0.2 ms; with a holder both take
/// microseconds. A holder that nothing used for a minute is closed, on a thread of its own.
final class EventHolders {
    /// What the kernel sets up once for all events that share it.
    struct Kind: Hashable {
        let type: UInt32
        let config: UInt64

        /// Nil for events whose first open and last close cost nothing.
        init?(_ attributes: perf_event_attr) {
            let isCounted =
                attributes.type == PERF_TYPE_SOFTWARE.rawValue
                && !Self.alwaysThere.contains { UInt64($0.rawValue) == attributes.config }
            guard isCounted || attributes.type == PERF_TYPE_TRACEPOINT.rawValue else { return nil }
            type = attributes.type
            config = attributes.config
        }

        /// Clocks and events that never happen need no code patched into the kernel's paths.
        private static let alwaysThere = [
            PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_COUNT_SW_DUMMY,
            PERF_COUNT_SW_BPF_OUTPUT,
        ]
    }

    private struct Holder {
        var descriptor: Int32
        var users: Int
        /// When the last user left.
        var idleSince: UInt64
    }

    private struct Holders {
        var all: [Kind: Holder] = [:]
        var isExpiryPlanned = false
    }

    /// Nanoseconds without a user after which a holder is closed.
    private let idleTime: UInt64
    private let thread: HelperThread
    private let holders = Monitor(Holders())

    init(thread: HelperThread, idleTime: UInt64 = 60_000_000_000) {
        self.thread = thread
        self.idleTime = idleTime
    }

    deinit {
        // The last close of a tracepoint is slow wherever it happens; nobody should wait for it.
        for (_, holder) in holders.withLock({ $0.all }) {
            thread.submit { _ = OwnedDescriptor(owning: holder.descriptor) }
        }
    }

    /// Number of kinds that are held now.
    var count: Int {
        holders.withLock { $0.all.count }
    }

    /// Counts one more user of a kind; opens its holder when it has none.
    ///
    /// Fails silently: without a holder everything works, only slower.
    func retain(_ attributes: perf_event_attr) {
        guard let kind = Kind(attributes) else { return }
        let isHeld = holders.withLock { state in
            state.all[kind]?.users += 1
            return state.all[kind] != nil
        }
        guard !isHeld else { return }
        var own = perf_event_attr()
        own.size = attributes.size
        own.type = kind.type
        own.config = kind.config
        own.disabled = 1
        own.exclude_kernel = 1
        // On the helper thread, so that no thread that does work carries it through its switches.
        guard let holder = try? PerfEventFile.open(own, tid: thread.threadID, cpu: -1) else {
            return
        }
        let descriptor = holder.release()
        holders.withLock {
            $0.all[kind] = Holder(descriptor: descriptor, users: 1, idleSince: 0)
        }
    }

    /// Counts one user less; the holder stays for a while.
    func release(_ attributes: perf_event_attr) {
        guard let kind = Kind(attributes) else { return }
        let mustPlan = holders.withLock { state in
            guard var holder = state.all[kind] else { return false }
            holder.users -= 1
            holder.idleSince = MonotonicClock.now
            state.all[kind] = holder
            guard holder.users <= 0, !state.isExpiryPlanned else { return false }
            state.isExpiryPlanned = true
            return true
        }
        if mustPlan { Self.planExpiry(of: holders, idleTime: idleTime, on: thread) }
    }

    /// Closes what nobody uses, once it has been idle long enough, until nothing is idle.
    private static func planExpiry(
        of holders: Monitor<Holders>,
        idleTime: UInt64,
        on thread: HelperThread
    ) {
        thread.submit(at: MonotonicClock.now + idleTime) { [weak thread] in
            let (expired, isAnyIdle) = holders.withLock { state -> ([Int32], Bool) in
                let now = MonotonicClock.now
                let due = state.all.filter { $1.users <= 0 && $1.idleSince + idleTime <= now }
                for kind in due.keys { state.all[kind] = nil }
                state.isExpiryPlanned = state.all.values.contains { $0.users <= 0 }
                return (due.values.map(\.descriptor), state.isExpiryPlanned)
            }
            for descriptor in expired { _ = OwnedDescriptor(owning: descriptor) }
            if isAnyIdle, let thread {
                planExpiry(of: holders, idleTime: idleTime, on: thread)
            }
        }
    }
}
