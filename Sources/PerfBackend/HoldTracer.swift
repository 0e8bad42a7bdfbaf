internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import SystemPackage

/// The thread that holds monitored threads at their overflows, by ptrace(2).
///
/// An event with `sigtrap` sends its thread a SIGTRAP before the next instruction; the tracer
/// catches it, and the thread stands until it is resumed. Without a tracer the signal would kill
/// the program, so threads are seized before their events start and left after they have stopped.
/// When pfmfs dies, the kernel closes the events and lets the threads run.
///
/// Every ptrace call must come from the thread that seized. That thread waits for the threads it
/// traces, and a signal gets it out of there when there is something to do for it.
final class HoldTracer: Sendable {
    /// What happened to a thread.
    enum Report: Sendable, Equatable {
        /// It stands at an overflow of the session with this serial number.
        case stopped(session: UInt64)
        /// It stands behind an exec, which has taken its sampling events away.
        case executed(session: UInt64)
    }

    enum Command: Sendable {
        case seize(Int32, session: UInt64, number: Int)
        case resume(Int32)
        case leave(Int32)
    }

    struct Work {
        var commands: [Command] = []
        /// Seizures that were asked for.
        var asked = 0
        /// What became of those that somebody waits for, by their numbers.
        var outcomes: [Int: Errno?] = [:]
        /// Those that nobody waits for any more.
        var abandoned: Set<Int> = []
        var reports: [Report] = []
        /// The tracing thread while it waits for threads, where only a signal reaches it.
        var waitingThread: Int32?
        var isStarted = false
        var isEnding = false
    }

    private let work = Monitor(Work())
    private let kick: Kick

    /// - Parameter kick: raised when there are reports.
    init(kick: Kick) {
        self.kick = kick
    }

    deinit {
        work.withLock { $0.isEnding = true }
    }

    /// `attr.sig_data` of a session's events; it tells their signals from those of others.
    static func signalData(session: UInt64) -> UInt64 {
        0x7066_6D66_0000_0000 | session & 0xFFFF_FFFF
    }

    /// Whether a signal's data is that of some session of ours, past or present.
    static func isOurs(_ data: UInt64) -> Bool {
        data >> 32 == 0x7066_6D66
    }

    /// Takes hold of a thread, which runs on until it overflows. Waits until that is done.
    ///
    /// - Throws: EPERM when it is traced already or may not be traced, ESRCH when it is gone, EAGAIN
    ///   when it took too long: a thread that executes a program can keep the tracer waiting.
    func seize(_ tid: Int32, session: UInt64) throws(Errno) {
        let number = work.withLock { state in
            state.asked += 1
            return state.asked
        }
        submit(.seize(tid, session: session, number: number))
        let deadline = MonotonicClock.now + Seizure.limit
        let failure = work.wait { state, retry -> Errno?? in
            if let outcome = state.outcomes.removeValue(forKey: number) { return outcome }
            guard MonotonicClock.now < deadline else {
                state.abandoned.insert(number)
                return .some(.resourceTemporarilyUnavailable)
            }
            retry = deadline
            return nil
        }
        if let failure { throw failure }
    }

    /// Lets a thread that stands run on.
    func resume(_ tid: Int32) {
        submit(.resume(tid))
    }

    /// Lets go of a thread whose events are closed. It is left when no signal of them is pending.
    func leave(_ tid: Int32) {
        submit(.leave(tid))
    }

    /// What has happened since the last call, oldest first.
    func takeReports() -> [Report] {
        work.withLock { state in
            defer { state.reports = [] }
            return state.reports
        }
    }

    /// Has the tracing thread carry out a command behind those before it.
    private func submit(_ command: Command) {
        start()
        let thread = work.withLock { state in
            state.commands.append(command)
            return state.waitingThread
        }
        if let thread { clinux_interrupt(thread) }
    }

    private func start() {
        let mustStart = work.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
        guard mustStart else { return }
        let (work, kick) = (work, kick)
        let thread = HelperThread(name: "pfmfs-hold")
        thread.submit {
            clinux_prepare_tracing()
            HoldTracerLoop(work: work, kick: kick).run()
        }
    }
}
