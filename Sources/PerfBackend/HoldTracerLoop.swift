internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import SystemPackage

/// What the tracing thread does; it alone touches this.
final class HoldTracerLoop {
    private struct Tracee {
        var session: UInt64
        /// It stands, at an overflow or behind an exec, until it is resumed.
        var isHeld = false
        /// It is to be left as soon as it stands and no signal of ours is pending.
        var isLeaving = false
    }

    private let work: Monitor<HoldTracer.Work>
    private let kick: Kick
    private var tracees: [Int32: Tracee] = [:]

    init(work: Monitor<HoldTracer.Work>, kick: Kick) {
        self.work = work
        self.kick = kick
    }

    /// Runs until nobody needs the tracer and every thread has been left.
    func run() {
        let own = clinux_gettid()
        while let commands = nextCommands(own) {
            for command in commands { carryOut(command) }
            guard commands.isEmpty else { continue }
            var status: Int32 = 0
            let tid = clinux_wait_traced(&status)
            let code = errno
            work.withLock { $0.waitingThread = nil }
            if tid > 0 {
                take(status, of: tid)
            } else if code == ECHILD {
                // They have all gone in a way that left nothing to wait for.
                tracees = [:]
            }
        }
    }

    /// Commands that are waiting; none when it is time to wait for threads; nil at the end.
    private func nextCommands(_ own: Int32) -> [HoldTracer.Command]? {
        let hasTracees = !tracees.isEmpty
        return work.wait { state, _ -> [HoldTracer.Command]?? in
            if !state.commands.isEmpty {
                defer { state.commands = [] }
                return .some(state.commands)
            }
            if hasTracees {
                state.waitingThread = own
                return .some([])
            }
            return state.isEnding ? .some(nil) : nil
        }
    }

    private func carryOut(_ command: HoldTracer.Command) {
        switch command {
        case .seize(let tid, let session, let number):
            let failure = seize(tid, session)
            let isAbandoned = work.withLock { state in
                guard state.abandoned.remove(number) == nil else { return true }
                state.outcomes[number] = .some(failure)
                return false
            }
            if isAbandoned, failure == nil { carryOut(.leave(tid)) }
        case .resume(let tid):
            guard tracees[tid]?.isHeld == true else { break }
            tracees[tid]?.isHeld = false
            _ = clinux_ptrace_continue(tid, 0)
        case .leave(let tid):
            guard let tracee = tracees[tid] else { break }
            tracees[tid]?.isLeaving = true
            if tracee.isHeld {
                leave(tid)
            } else {
                _ = clinux_ptrace_interrupt(tid)
            }
        }
    }

    private func seize(_ tid: Int32, _ session: UInt64) -> Errno? {
        if tracees[tid]?.isLeaving != true {
            guard clinux_ptrace_seize(tid) == 0 else { return Errno(rawValue: errno) }
        }
        tracees[tid] = Tracee(session: session)
        return nil
    }

    /// Answers what waitpid(2) says of a thread.
    private func take(_ status: Int32, of tid: Int32) {
        guard status & 0xFF == 0x7F else {
            // It has exited and, by this wait, been reaped for its parent to see.
            tracees[tid] = nil
            return
        }
        guard let tracee = tracees[tid] else {
            _ = clinux_ptrace_continue(tid, 0)
            return
        }
        let signal = status >> 8 & 0xFF
        if status >> 8 == Int32(CLINUX_STOPPED_AT_EXEC) {
            stand(tid, tracee, .executed(session: tracee.session))
        } else if status >> 16 == Int32(CLINUX_STOPPED_BY_EVENT) {
            takeEventStop(signal, tid, tracee)
        } else {
            takeSignal(signal, tid, tracee)
        }
    }

    private func takeSignal(_ signal: Int32, _ tid: Int32, _ tracee: Tracee) {
        var data: UInt64 = 0
        if signal == SIGTRAP, clinux_ptrace_perf_data(tid, &data) == 1, HoldTracer.isOurs(data) {
            if data == HoldTracer.signalData(session: tracee.session) {
                stand(tid, tracee, .stopped(session: tracee.session))
            } else {
                _ = clinux_ptrace_continue(tid, 0)
            }
        } else {
            _ = clinux_ptrace_continue(tid, signal)
        }
    }

    /// A stop without a signal: ours to let go of the thread, or the job control of its shell.
    private func takeEventStop(_ signal: Int32, _ tid: Int32, _ tracee: Tracee) {
        if tracee.isLeaving {
            leave(tid)
        } else if [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) {
            _ = clinux_ptrace_listen(tid)
        } else {
            _ = clinux_ptrace_continue(tid, 0)
        }
    }

    private func stand(_ tid: Int32, _ tracee: Tracee, _ report: HoldTracer.Report) {
        guard !tracee.isLeaving else { return leave(tid) }
        tracees[tid]?.isHeld = true
        work.withLock { $0.reports.append(report) }
        kick.raise()
    }

    /// Leaves a thread that stands. A pending SIGTRAP of a closed event would kill it once nobody
    /// traces it, so that is waited for first, however long the thread blocks it.
    private func leave(_ tid: Int32) {
        tracees[tid]?.isHeld = false
        if ThreadStatus(ofThread: tid)?.hasPending(SIGTRAP) == true {
            _ = clinux_ptrace_continue(tid, 0)
        } else if clinux_ptrace_detach(tid, 0) == 0 {
            tracees[tid] = nil
        }
        // Otherwise it was killed where it stood; until its end is seen here, its parent waits.
    }
}
