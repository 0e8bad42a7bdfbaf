internal import CLinux
internal import Glibc
internal import SystemPackage

/// A thread that wants a signal at each message: what O_ASYNC and F_SETSIG did for a perfmon2
/// descriptor.
public final class SignalNotice {
    public let tid: Int32
    public let signal: Int32
    /// Who asked; the thread must still be his at each signal.
    private let uid: UInt32
    private let descriptor: Int32
    private let isThread: Bool

    /// Highest signal number of Linux.
    public static let signalRange: ClosedRange<Int32> = 1...64

    /// - Throws: EINVAL for a signal that does not exist, ESRCH when there is no such thread, EPERM
    ///   when it belongs to somebody else.
    init(tid: Int32, signal: Int32, for client: Client) throws(PfmError) {
        guard Self.signalRange.contains(signal) else {
            throw PfmError(
                .invalidArgument,
                "\(signal) is no signal",
                hint: "signals are 1 to 64",
                subject: String(signal)
            )
        }
        self.tid = tid
        self.signal = signal
        uid = client.uid
        let thread = clinux_pidfd_open(tid, UInt32(CLINUX_PIDFD_THREAD))
        isThread = thread >= 0
        descriptor = isThread ? thread : clinux_pidfd_open(tid, 0)
        guard descriptor >= 0 else {
            throw PfmError(
                .noSuchProcess,
                "there is no thread \(tid) that could be signalled",
                subject: String(tid)
            )
        }
        guard belongsToUser else {
            throw PfmError(
                .notPermitted,
                "thread \(tid) belongs to another user than uid \(uid)",
                hint: "only a thread of the same user can be signalled",
                subject: String(tid)
            )
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends the signal, if the thread still exists and still belongs to the user: pfmfs has a
    /// right to signal anybody, which must not become the user's.
    func send() {
        guard belongsToUser else { return }
        _ = clinux_pidfd_send_signal(descriptor, signal, isThread ? 1 : 0)
    }

    private var belongsToUser: Bool {
        if uid == 0 { return true }
        var ids: (UInt32, UInt32) = (0, 0)
        guard clinux_thread_uids(tid, &ids.0, &ids.1) == 0 else { return false }
        return ids.0 == uid && ids.1 == uid
    }
}

extension Context {
    /// Asks for a signal at each message, or for none any more.
    ///
    /// - Throws: what `SignalNotice` throws.
    public func setNotice(
        _ request: (tid: Int32, signal: Int32)?,
        by client: Client
    ) throws(PfmError) {
        try beginCommand()
        guard let request else {
            notice = nil
            engine.releaseNotice(of: self)
            return
        }
        try engine.chargeNotice(of: self, to: client.uid)
        do throws(PfmError) {
            notice = try SignalNotice(tid: request.tid, signal: request.signal, for: client)
        } catch {
            if notice == nil { engine.releaseNotice(of: self) }
            throw error
        }
    }
}
