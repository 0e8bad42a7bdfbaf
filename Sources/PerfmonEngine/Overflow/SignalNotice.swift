internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// A thread that wants a signal at each message: what O_ASYNC and F_SETSIG did for a perfmon2
/// descriptor.
package final class SignalNotice {
    package let tid: Int32
    package let signal: Int32
    /// Real and effective user id of who asked; the thread must be in its reach at each signal.
    private let senders: Set<UInt32>
    /// Who asked may signal everybody (CAP_KILL).
    private let mayAll: Bool
    /// Who opened the file that asked, if it was somebody else, and may not signal everybody: the
    /// thread must be in its reach too.
    private let opener: UInt32?
    /// This very thread, and no later one of its number.
    private let descriptor: ThreadDescriptor
    private let facts: @Sendable (Int32) -> ThreadFacts?

    /// Highest signal number of Linux.
    package static let signalRange: ClosedRange<Int32> = 1...64

    /// - Throws: EINVAL for a signal that does not exist, ESRCH when there is no such thread, EPERM
    ///   when kill(2) would not let the client signal it.
    init(
        tid: Int32,
        signal: Int32,
        for client: Client,
        facts: @escaping @Sendable (Int32) -> ThreadFacts?
    ) throws(PfmError) {
        guard Self.signalRange.contains(signal) else {
            throw PfmError(
                .invalidArgument,
                "\(signal) is not a signal",
                hint: "signals are 1 to 64",
                subject: String(signal)
            )
        }
        self.tid = tid
        self.signal = signal
        self.facts = facts
        let own = facts(client.tid)
        senders = Set([client.uid] + (own?.uids.prefix(1) ?? []))
        mayAll = (own?.capabilities ?? 0) & Self.mayKill != 0
        opener = client.opener.flatMap { $0.capabilities & Self.mayKill != 0 ? nil : $0.uid }
        do throws(Errno) {
            descriptor = try ThreadDescriptor(tid)
        } catch {
            throw PfmError(
                error == .tooManyOpenFiles ? .tooManyOpenFilesInSystem : .noSuchProcess,
                error == .tooManyOpenFiles
                    ? "no file descriptor is left for thread \(tid)"
                    : "there is no thread \(tid) that could be signalled",
                subject: String(tid)
            )
        }
        guard isInReach else {
            let owner = facts(tid)?.uids.first.map { "uid \($0)" } ?? "somebody else"
            throw PfmError(
                .notPermitted,
                "thread \(tid) belongs to \(owner), so uid \(client.uid) may not signal it",
                hint: "only threads of the same user can be signalled, as with kill(2)",
                subject: String(tid)
            )
        }
    }

    /// Sends the signal, if the thread still exists and kill(2) would still let the client do it:
    /// pfmfs has a right to signal anybody, which must not become the client's.
    func send() {
        guard isInReach else { return }
        try? descriptor.send(signal)
    }

    /// The rule of kill(2): one of the sender's real and effective user ids is the thread's real or
    /// saved one.
    private var isInReach: Bool {
        if mayAll, opener == nil { return true }
        guard let uids = facts(tid)?.uids, uids.count == 3 else { return false }
        let isInReachOfClient = mayAll || senders.contains(uids[0]) || senders.contains(uids[2])
        return isInReachOfClient && opener.map { $0 == uids[0] || $0 == uids[2] } ?? true
    }

    /// CAP_KILL.
    private static let mayKill: UInt64 = 1 << 5
}
