internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// What a command asks of the thread that gives it (`PFM_CMD_*`); only where perfmon2's own rules
/// hold (`EngineOptions.isStrict`).
struct CallerRule: OptionSet {
    let rawValue: UInt8

    /// A system-wide context that is loaded is commanded from the CPU that it monitors.
    static let cpu = CallerRule(rawValue: 8)
    /// The thread that is to be monitored must be one that the caller has stopped.
    static let target = CallerRule(rawValue: 16)
    /// A monitored thread that is not the caller must stand, stopped by the caller
    /// (`PFM_CMD_STOPPED`); while masked it need not.
    static let stopped = CallerRule(rawValue: 1)
    /// It must stand while masked too (`PFM_CMD_UNLOAD`).
    static let unload = CallerRule(rawValue: 4)
}

/// The rules of the original about who gives a command from where.
extension Context {
    /// Precondition of a command on an attached context (`pfm_check_task_state`): a caller on the
    /// monitored CPU, or a thread that is the caller's own or that the caller has stopped.
    ///
    /// - Throws: EBUSY on another CPU, ESRCH for a thread that the caller does not hold.
    func requireCaller(_ caller: Client, _ rule: CallerRule) throws(PfmError) {
        guard engine.options.isStrict, isAttached, let target else { return }
        if target.thread == caller.tid { return }
        if let cpu = target.cpu {
            guard rule.contains(.cpu),
                let place = engine.options.threadFacts(caller.tid)?.cpu, place != cpu
            else { return }
            throw PfmError(
                .resourceBusy,
                "the context monitors CPU \(cpu), and the command came from CPU \(place)",
                remedy: .leaveStrictRules(or: "run on that CPU (taskset -c \(cpu))")
            )
        }
        if let tid = target.thread {
            guard rule.contains(.stopped), state != .masked || rule.contains(.unload) else {
                return
            }
            try requireStopped(tid, by: caller)
        }
    }

    /// What `pfm_load_context` asked before it looked at the context: a thread other than the
    /// caller must exist, be the caller's to trace, and stand stopped by the caller.
    ///
    /// - Throws: ESRCH or EPERM.
    func requireLoadable(_ target: Target, by caller: Client) throws(PfmError) {
        guard engine.options.isStrict, let tid = target.thread, tid != caller.tid,
            !flags.contains(.systemWide)
        else { return }
        guard let facts = engine.options.threadFacts(tid) else {
            throw PfmError(
                .noSuchProcess,
                "thread \(tid) does not exist",
                subject: String(tid)
            )
        }
        let powers = engine.options.threadFacts(caller.tid)?.capabilities ?? 0
        let isOwn =
            facts.uids.allSatisfy { $0 == caller.uid } && facts.gids.allSatisfy { $0 == caller.gid }
        guard isOwn || powers & Self.mayTrace != 0 else {
            throw PfmError(
                .notPermitted,
                "thread \(tid) belongs to uid \(facts.uids.first ?? 0), "
                    + "so uid \(caller.uid) may not trace it",
                hint: "it takes CAP_SYS_PTRACE",
                subject: String(tid)
            )
        }
        try requireStopped(tid, by: caller)
    }

    /// A system-wide context is loaded from the CPU that it is to monitor.
    ///
    /// - Throws: EINVAL on another CPU.
    func requirePlace(_ target: Target, of caller: Client) throws(PfmError) {
        guard engine.options.isStrict, let cpu = target.cpu,
            let place = engine.options.threadFacts(caller.tid)?.cpu, place != cpu
        else { return }
        throw PfmError(
            .invalidArgument,
            "CPU \(cpu) can only be monitored from there, and the command came from CPU \(place)",
            remedy: .leaveStrictRules(or: "run on that CPU (taskset -c \(cpu))"),
            subject: String(cpu)
        )
    }

    private func requireStopped(_ tid: Int32, by caller: Client) throws(PfmError) {
        let facts = engine.options.threadFacts(tid)
        guard let facts, facts.isTraceStopped, facts.tracer == caller.tid else {
            throw PfmError(
                .noSuchProcess,
                "thread \(tid) is not stopped by thread \(caller.tid), which gave the command",
                remedy: .leaveStrictRules(or: "stop it by ptrace(2) from that thread"),
                subject: String(tid)
            )
        }
    }

    /// CAP_SYS_PTRACE.
    private static let mayTrace: UInt64 = 1 << 19
}
