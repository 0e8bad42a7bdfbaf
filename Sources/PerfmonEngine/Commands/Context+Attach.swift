package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// Attaching a context to what it monitors, and taking it off again.
extension Context {
    /// Sets how the context behaves (the flags of `pfm_create_context`).
    ///
    /// - Precondition: unloaded.
    /// - Throws: EBUSY when loaded; EINVAL for contradicting flags; EPERM when the client is not in
    ///   the group that `sys_group` or `task_group` asks for.
    package func setFlags(_ new: ContextFlags, by client: Client) throws(PfmError) {
        try beginCommand()
        try requireUnloaded("changing ctx_flags")
        if new.isSuperset(of: [.systemWide, .notifyBlock]) {
            throw PfmError(
                .invalidArgument,
                "system_wide and notify_block exclude each other",
                hint: "a CPU cannot be held, only a thread",
                subject: "notify_block"
            )
        }
        if new.isSuperset(of: [.systemWide, .inherit]) {
            throw PfmError(
                .invalidArgument,
                "system_wide and inherit exclude each other",
                hint: "a CPU has no children; it counts every thread anyway",
                subject: "inherit"
            )
        }
        if new.isSuperset(of: [.notifyBlock, .inherit]) {
            throw PfmError(
                .invalidArgument,
                "notify_block and inherit exclude each other",
                hint: "only one thread can be held",
                subject: "inherit"
            )
        }
        try engine.backend.require(new)
        try engine.requireGroup(systemWide: new.contains(.systemWide), client)
        isAllowedByGroup = true
        flags = new
    }

    /// Attaches the context (`pfm_load_context`). Monitoring is not started.
    ///
    /// - Precondition: unloaded.
    /// - Effect: the message queue is emptied; `set` becomes the active set and has run once.
    /// - Throws: EBUSY when loaded or when another session is in the way; EINVAL for a set that
    ///   does not exist or a dangling successor; EEXIST when the thread has a context; ESRCH when
    ///   there is no such thread; EPERM or EACCES when the client may not monitor it.
    package func load(on target: Target, set id: UInt16 = 0, by client: Client) throws(PfmError) {
        try beginCommand()
        try requireLoadable(target, by: client)
        try requireProgrammer(client)
        try requireUnloaded("load_context")
        try engine.backend.require(target)
        try requireKind(of: target)
        try requirePlace(target, of: client)
        if !isAllowedByGroup {
            try engine.requireGroup(systemWide: flags.contains(.systemWide), client)
        }
        let first = try requireSet(id)
        if flags.contains(.notifyBlock), case .thread(client.tid) = target {
            throw PfmError(
                .invalidArgument,
                "notify_block cannot hold the thread that gives the commands",
                hint: "load the context on another thread"
            )
        }
        try resolveSuccessors()
        try engine.arbiter.reserve(target, for: .init(name: name, uid: uid), by: client)
        let attachment: Attachment
        do throws(PfmError) {
            attachment = try attach(to: target, client: client)
        } catch {
            engine.arbiter.release(target)
            throw error
        }
        noteLoader(client)
        endReason = nil
        activeSetID = id
        first.runs = 1
        reloadCountdowns(first)
        messages.clear()
        lostOverflows = 0
        engine.attached(self, as: attachment.number)
    }

    /// Takes the context off its target (`pfm_unload_context`). Values stay readable.
    ///
    /// - Precondition: any state; unloaded already is no error.
    package func unload(by caller: Client? = nil) throws(PfmError) {
        try beginCommand(by: caller, [.stopped, .unload])
        loader = nil
        guard isAttached else { return }
        detach()
    }

    /// Ends the attachment: final counts move into the virtual values, the session is given back.
    ///
    /// Overflows that the counters passed since the last drain are not processed: like the
    /// original, unloading folds them into the values without notification.
    func detach() {
        if sampling != nil { haltForCommand() }
        guard let attachment else { return }
        if isCounting { haltHardware(activeSet) }
        settleDuration(of: activeSet)
        attachment.session.detach()
        engine.releaseDescriptors(of: self)
        endHold()
        for set in sets {
            set.program = nil
            set.forgetOverflows()
        }
        engine.arbiter.release(attachment.target)
        self.attachment = nil
        engine.detached(self, from: attachment.number)
    }

    private func attach(to target: Target, client: Client) throws(PfmError) -> Attachment {
        let programs = sets.map { program(of: $0) }
        if flags.contains(.inherit) { try requireSteadyPeriods() }
        let number = engine.nextSessionNumber()
        var request = AttachRequest(
            session: number,
            target: target,
            sets: programs,
            inherit: flags.contains(.inherit),
            holdAtOverflow: flags.contains(.notifyBlock),
            client: client,
            isDelegated: engine.isDelegated(client),
            isBuffered: takesLateOverflows
        )
        request.wantsCallChains = sampling?.about.wantsCallChains ?? false
        request.wantsProcesses = sampling?.processes != nil
        try engine.chargeDescriptors(
            engine.backend.descriptors(for: request),
            of: self,
            to: client.uid
        )
        let session: any CounterSession
        do throws(PfmError) {
            session = try engine.backend.attach(request)
        } catch {
            engine.releaseDescriptors(of: self)
            throw error
        }
        let attachment = Attachment(target: target, session: session, request: request)
        self.attachment = attachment
        beginSampling(on: target)
        clearAttachment()
        for (set, program) in zip(sets, programs) {
            adopt(program, for: set)
        }
        return attachment
    }

    /// Children take over the period that the thread has, and nobody can change it for them.
    private func requireSteadyPeriods() throws(PfmError) {
        for set in sets {
            for (number, counter) in set.counters where counter.distanceToOverflow != nil {
                let place = "set \(set.id), pmd\(number)"
                guard sampling != nil else { continue }
                guard counter.shortReset == counter.value, counter.longReset == counter.value,
                    !counter.flags.contains(.random)
                else {
                    throw PfmError(
                        .notSupported,
                        "\(place): children that are followed keep the period that they begin with",
                        hint: "write the same number to value, long_reset and short_reset, without "
                            + "random, or leave out 'inherit'"
                    )
                }
                guard counter.sampledPmds.isEmpty, counter.resetPmds.isEmpty else {
                    throw PfmError(
                        .notSupported,
                        "\(place): no other register can be recorded or reset at an overflow of a "
                            + "thread that is one of several",
                        hint: "write none to smpl_pmds and reset_pmds, or leave out 'inherit'"
                    )
                }
            }
        }
    }

    private func requireKind(of target: Target) throws(PfmError) {
        switch target {
        case .thread(let tid):
            guard flags.contains(.systemWide) else { return }
            throw PfmError(
                .invalidArgument,
                "a system-wide context monitors a CPU, not thread \(tid)",
                hint: "write cpu N to load_context, or clear system_wide in ctx_flags"
            )
        case .cpu(let cpu):
            guard flags.contains(.systemWide) else {
                throw PfmError(
                    .invalidArgument,
                    "a per-thread context cannot monitor CPU \(cpu)",
                    hint: "write system_wide to ctx_flags first"
                )
            }
            guard engine.onlineCPUs.contains(cpu) else {
                throw PfmError(
                    .invalidArgument,
                    "CPU \(cpu) is not online",
                    hint: "online are \(engine.onlineCPUs)",
                    subject: String(cpu)
                )
            }
        }
    }
}
