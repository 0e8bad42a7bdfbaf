internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonEvents
package import PerfmonModel
internal import SystemPackage

/// A PMU that exists only in pfmfs: deterministic, with registers that behave like Intel's. For
/// CI, for teaching, and for machines without a PMU (`-o backend=simulated`).
package final class SimulatedBackend: CounterBackend {
    let name = "simulated"
    let pmu = SimulatedPmu.description
    let eventSources: [any EventSource] = [SimulatedEvents()]
    let eventDescriptor: Int32
    let timeoutTick: UInt64 = 1_000_000
    let capabilities: BackendCapabilities
    package let clock: SimulatedClock
    var manualControls: (any ManualControls)? { clock }
    var lookups: Lookups? { nil }

    /// The simulated time up to which everything has happened. It stands still between drains, so
    /// that all values a command sees belong to one instant.
    private(set) var now: UInt64

    /// Events that are handled before others have their turn, while the clock runs.
    private static let eventsAtOnce = 500

    private let threads: any SimulatedThreads
    private let timer: Int32
    private var sessions: [SimulatedSession] = []

    /// - Throws: ENFILE when the process has no descriptors left.
    package init(clock: SimulatedClock, threads: any SimulatedThreads) throws(PfmError) {
        self.clock = clock
        self.threads = threads
        now = clock.now
        capabilities = BackendCapabilities(
            targets: [.thread, .cpu],
            canBlock: threads.canBlock,
            // The simulated program has no children, so there is nothing to leave out.
            canInherit: true,
            overflow: .exact,
            callChains: true,
            processes: false,
            eventKinds: [.native],
            eventRemedy: .listedEvents(""),
            counters: SimulatedPmu.counterCount
        )
        eventDescriptor = clinux_epoll_create()
        timer = clinux_timerfd()
        guard eventDescriptor >= 0, timer >= 0,
            clinux_epoll_add(eventDescriptor, timer, 0) == 0
        else {
            throw PfmError(.tooManyOpenFilesInSystem, "no descriptors for the simulated PMU")
        }
        if threads.eventDescriptor >= 0 {
            _ = clinux_epoll_add(eventDescriptor, threads.eventDescriptor, 1)
        }
    }

    deinit {
        close(timer)
        close(eventDescriptor)
    }

    func validate(_ selection: EventSelection, systemWide: Bool) throws(PfmError) {
        _ = try SimulatedPmu.counter(for: selection)
    }

    func descriptors(for request: AttachRequest) -> Int {
        request.target.thread == nil ? 0 : 1
    }

    func placements(for request: AttachRequest) throws(PfmError) -> [Placement] {
        let target = request.target
        return target.thread.map { [Placement(thread: $0)] }
            ?? (target.cpus ?? []).map { Placement(cpu: $0) }
    }

    func attach(_ request: AttachRequest) throws(PfmError) -> any CounterSession {
        let session = try SimulatedSession(request, backend: self)
        if let tid = request.target.thread {
            try threads.watch(tid, for: request.client)
        }
        sessions.append(session)
        return session
    }

    func drainEvents(_ handler: (BackendEvent) -> Void) {
        let end = max(now, clock.now)
        var left = clock.isManual ? Int.max : Self.eventsAtOnce
        while left > 0, let (session, time) = earliestEvent(), time <= end {
            now = max(now, time)
            left -= 1
            for event in session.takeEvents(at: now) { handler(event) }
        }
        // Too many for one go: the rest is due at once, and requests come in between.
        if left > 0 { now = end }
        for tid in threads.takeExited() {
            for session in sessions where session.target == .thread(tid) {
                handler(session.event(.ended(.exit), in: 0))
            }
        }
        schedule()
    }

    /// Lets a simulated thread sleep or run; a sleeping thread counts nothing and its time-outs
    /// stand still.
    func setPaused(_ paused: Bool, thread tid: Int32) {
        for session in sessions where session.target == .thread(tid) {
            session.setPaused(paused)
        }
    }

    /// Checks that a client may monitor a session's target.
    func authorize(_ client: Client, for target: Target) throws(PfmError) {
        guard let tid = target.thread else { return }
        try threads.authorize(client, for: tid)
    }

    func remove(_ session: SimulatedSession) {
        sessions.removeAll { $0 === session }
        if let tid = session.target.thread { threads.unwatch(tid) }
    }

    /// Sets the timer to the next event, if time passes by itself.
    func schedule() {
        guard !clock.isManual else { return }
        let next = earliestEvent()?.1
        _ = clinux_timerfd_set(timer, next.map { $0 &+ clock.origin } ?? 0)
    }

    private func earliestEvent() -> (SimulatedSession, UInt64)? {
        var earliest: (SimulatedSession, UInt64)?
        for session in sessions {
            guard let time = session.nextEventTime, time < earliest?.1 ?? .max else { continue }
            earliest = (session, time)
        }
        return earliest
    }
}
