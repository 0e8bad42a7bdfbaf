internal import Glibc

/// What perfmon2's own rules ask of a thread: who may monitor it, who holds it, where it runs.
package struct ThreadFacts: Sendable, Equatable {
    /// Real, effective and saved user ids.
    package var uids: [UInt32]
    /// Real, effective and saved group ids.
    package var gids: [UInt32]
    /// The thread that traces it; 0: none.
    package var tracer: Int32
    /// It stands because its tracer stopped it. A plain SIGSTOP is not enough.
    package var isTraceStopped: Bool
    /// CPU on which it runs, or ran last.
    package var cpu: Int
    /// Effective capabilities, bit CAP_x for capability x.
    package var capabilities: UInt64

    package init(
        uids: [UInt32] = [0, 0, 0],
        gids: [UInt32] = [0, 0, 0],
        tracer: Int32 = 0,
        isTraceStopped: Bool = false,
        cpu: Int = 0,
        capabilities: UInt64 = 0
    ) {
        self.uids = uids
        self.gids = gids
        self.tracer = tracer
        self.isTraceStopped = isTraceStopped
        self.cpu = cpu
        self.capabilities = capabilities
    }

    /// As the kernel tells it; nil when there is no such thread.
    package static func ofThread(_ tid: Int32) -> ThreadFacts? {
        guard let status = ThreadStatus(ofThread: tid), let stat = ThreadStat(ofThread: tid) else {
            return nil
        }
        var facts = ThreadFacts(status, stat)
        // Powers over a user namespace of its own mean nothing outside of it.
        if Namespace.user(of: tid) != Namespace.user(of: getpid()) { facts.capabilities = 0 }
        return facts
    }

    init(_ status: ThreadStatus, _ stat: ThreadStat) {
        self.init(
            uids: Array(status.numbers("Uid").prefix(3)),
            gids: Array(status.numbers("Gid").prefix(3)),
            tracer: status.number("TracerPid") ?? 0,
            isTraceStopped: status.state == "t",
            cpu: stat.cpu,
            capabilities: status.bits("CapEff")
        )
    }
}
