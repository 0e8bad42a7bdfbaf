package import PerfmonModel

/// What a context has only while it is loaded: the target, the counters on it, and how far
/// monitoring has come.
final class Attachment {
    /// The threads and CPUs that no other session may have meanwhile.
    let reservation: SessionArbiter.Reservation
    let session: any CounterSession
    /// The number by which backend events name the session.
    let number: UInt64
    /// What the session was asked for.
    let request: AttachRequest
    /// `pfm_start` was issued and not stopped.
    var isStarted = false
    /// Active time of all sets when the wait for an exec began, in nanoseconds: while it stays so,
    /// the exec has not come. Nil: nothing waits.
    var activeTimeBeforeExec: UInt64?
    /// A command has halted the hardware, and what is handled meanwhile must not start it.
    var staysHalted = false
    /// The thread is blocked at an overflow until restart (`PFM_FL_NOTIFY_BLOCK`).
    var blocksThread = false
    /// Where the last overflow happened.
    var lastPlace: SamplePlace?
    /// Exists while an overflow masks monitoring.
    var mask: Mask?

    init(
        _ reservation: SessionArbiter.Reservation,
        session: any CounterSession,
        request: AttachRequest
    ) {
        self.reservation = reservation
        self.session = session
        self.request = request
        number = request.session
    }
}

/// What a context has only while it is masked.
struct Mask {
    /// One restart is permitted (`flags.can_restart`).
    var canRestart = true
    /// A due switch of sets waits for the user's notification quota.
    var waitsForSwitch = false
}

/// The attachment as the rest of a context sees it.
extension Context {
    /// Unloaded, loaded or masked.
    package var state: ContextState {
        guard let attachment else { return .unloaded }
        return attachment.mask == nil ? .loaded : .masked
    }

    /// Whether the context is attached.
    package var isAttached: Bool { attachment != nil }

    /// What the context is attached to; nil while unloaded.
    package var target: Target? { attachment?.request.target }

    /// `pfm_start` was issued and not stopped.
    package var isStarted: Bool { attachment?.isStarted ?? false }

    /// Counting begins at the target's next exec, which has not come yet.
    package var isAwaitingExec: Bool {
        guard attachment?.activeTimeBeforeExec != nil else { return false }
        refresh(activeSet)
        return attachment?.activeTimeBeforeExec == totalActiveTime
    }

    /// Whether the hardware is counting for this context now.
    var isCounting: Bool {
        guard let attachment else { return false }
        return attachment.isStarted && attachment.mask == nil
    }

    var session: (any CounterSession)? { attachment?.session }

    /// CPU to which statistics of commands are charged: the target's, or the one on which a thread
    /// last overflowed.
    var lastCPU: Int {
        if let cpu = target?.cpu { return cpu }
        return attachment?.lastPlace?.cpu ?? 0
    }
}
