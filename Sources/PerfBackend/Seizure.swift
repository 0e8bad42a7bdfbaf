internal import SystemPackage

/// A thread that the tracer has seized; it is left when nobody needs it any more.
final class Seizure: Sendable {
    private let tid: Int32
    private let tracer: HoldTracer

    /// Nanoseconds that a command waits for a thread to be seized.
    static let limit: UInt64 = 100_000_000

    private init(_ tid: Int32, _ tracer: HoldTracer) {
        self.tid = tid
        self.tracer = tracer
    }

    deinit {
        tracer.leave(tid)
    }

    /// Has the tracer seize a thread, and waits until it has.
    ///
    /// - Parameter session: whose overflows are to stop the thread.
    /// - Returns: EPERM when it is traced already or may not be traced, ESRCH when it is gone.
    static func result(
        of tid: Int32,
        session: UInt64,
        by tracer: HoldTracer
    ) -> Result<Seizure, Errno> {
        do throws(Errno) {
            try tracer.seize(tid, session: session)
            return .success(Seizure(tid, tracer))
        } catch {
            return .failure(error)
        }
    }

    /// Lets the thread run on.
    func resume() {
        tracer.resume(tid)
    }
}
