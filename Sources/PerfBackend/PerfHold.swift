internal import LinuxSupport
internal import PerfmonEngine

/// A session's grip on its thread (`PFM_FL_NOTIFY_BLOCK`); let go of when it is released.
final class PerfHold {
    private let seizure: Seizure
    /// The thread stands now.
    private var stands = false
    /// An overflow has been delivered, and `resume` has not been called since.
    private var isWanted = false
    /// Overflows whose thread has not been seen to stand yet.
    var waiting: [BackendEvent] = []

    /// Takes over a thread that the tracer has seized.
    init(_ seizure: Seizure) {
        self.seizure = seizure
    }

    /// Takes note that the thread stands at an overflow.
    ///
    /// - Returns: what is to be delivered now. The thread runs on when that is nothing, unless an
    ///   overflow was delivered before the thread could be stopped.
    func stand() -> [BackendEvent] {
        stands = true
        let events = takeWaiting()
        if events.isEmpty, !isWanted { run() }
        return events
    }

    /// Takes note that the thread stands behind an exec, until it is resumed.
    func standBehindExec() {
        stands = true
    }

    /// Overflows to be delivered although the thread does not stand.
    func takeWaiting() -> [BackendEvent] {
        defer { waiting = [] }
        if !waiting.isEmpty { isWanted = true }
        return waiting
    }

    /// Whether the thread should have been seen to stand by now: some milliseconds have passed.
    var isOverdue: Bool {
        guard let first = waiting.first else { return false }
        return MonotonicClock.now &- first.time > 2_000_000
    }

    /// Lets the thread run on.
    func resume() {
        isWanted = false
        if stands { run() }
    }

    /// Lets the thread run on from where it stands for another reason than an overflow.
    func run() {
        stands = false
        seizure.resume()
    }

    /// Whether the thread was seen to stand, and not to run since.
    var isStanding: Bool { stands }
}
