internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// Attaching a context to what it monitors, and taking it off again.
extension Context {
    /// Sets how the context behaves (the flags of `pfm_create_context`).
    ///
    /// - Throws: EINVAL for contradicting flags; EPERM when the client is not in the groups that
    ///   `sys_group` and `task_group` ask for.
    func changeFlags(to new: ContextFlags, by client: Client) throws(PfmError) {
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
        // The right to a per-thread session was asked for when the context was made.
        if new.contains(.systemWide), !flags.contains(.systemWide) {
            try engine.requireGroups(systemWide: true, client)
        }
        flags = new
    }

    /// Attaches the context (`pfm_load_context`). Monitoring is not started.
    ///
    /// - Effect: the message queue is emptied; `set` becomes the active set and has run once.
    /// - Throws: EBUSY when another session is in the way; EINVAL for a set that does not exist or
    ///   a dangling successor; EEXIST when the thread has a context; ESRCH when there is no such
    ///   thread; EPERM or EACCES when the client may not monitor it.
    func attach(
        to target: Target,
        startingWith id: UInt16,
        by client: Client
    ) throws(PfmError) {
        try engine.backend.require(target)
        try requireKind(of: target)
        try requirePlace(target, of: client)
        let first = try requireSet(id)
        if flags.contains(.notifyBlock), target.thread == client.tid {
            throw PfmError(
                .invalidArgument,
                "notify_block cannot hold the thread that gives the commands",
                hint: "load the context on another thread"
            )
        }
        try resolveSuccessors()
        let request = attachRequest(target, by: client)
        let reservation = try engine.arbiter.reserve(
            try engine.backend.placements(for: request),
            for: .init(name: name, uid: uid),
            by: client
        )
        let attachment: Attachment
        do throws(PfmError) {
            attachment = try attach(request, reservation)
        } catch {
            engine.arbiter.release(reservation)
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

    /// Takes the context off its target (`pfm_unload_context`). Values stay readable; unloaded
    /// already is no error.
    func takeOff() {
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
        engine.arbiter.release(attachment.reservation)
        self.attachment = nil
        engine.detached(self, from: attachment.number)
    }

    /// What is asked of the backend to monitor a target.
    private func attachRequest(_ target: Target, by client: Client) -> AttachRequest {
        var request = AttachRequest(
            session: engine.nextSessionNumber(),
            target: target,
            sets: sets.map { program(of: $0) },
            inherit: flags.contains(.inherit),
            holdAtOverflow: flags.contains(.notifyBlock),
            client: client,
            isDelegated: engine.isDelegated(client),
            isBuffered: takesLateOverflows
        )
        request.wantsCallChains = sampling?.about.wantsCallChains ?? false
        request.wantsProcesses = sampling?.processes != nil
        return request
    }

    private func attach(
        _ request: AttachRequest,
        _ reservation: SessionArbiter.Reservation
    ) throws(PfmError) -> Attachment {
        if request.inherit { try requireSteadyPeriods() }
        try engine.chargeDescriptors(
            engine.backend.descriptors(for: request),
            of: self,
            to: request.client.uid
        )
        let session: any CounterSession
        do throws(PfmError) {
            session = try engine.backend.attach(request)
        } catch {
            engine.releaseDescriptors(of: self)
            throw error
        }
        let attachment = Attachment(reservation, session: session, request: request)
        self.attachment = attachment
        beginSampling(on: request.target)
        clearAttachment()
        for (set, program) in zip(sets, request.sets) {
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
                        remedy: .steadyPeriod
                    )
                }
                guard counter.sampledPmds.isEmpty, counter.resetPmds.isEmpty else {
                    throw PfmError(
                        .notSupported,
                        "\(place): no other register can be recorded or reset at an overflow of a "
                            + "thread that is one of several",
                        remedy: .noVectors
                    )
                }
            }
        }
    }

    private func requireKind(of target: Target) throws(PfmError) {
        guard target.isSystemWide else {
            guard flags.contains(.systemWide) else { return }
            throw PfmError(
                .invalidArgument,
                "a system-wide context monitors a CPU, not \(target)",
                remedy: .loadOnCPU
            )
        }
        guard flags.contains(.systemWide) else {
            throw PfmError(
                .invalidArgument,
                "a per-thread context cannot monitor \(target)",
                remedy: .setFlag("system_wide")
            )
        }
        for cpu in target.cpus ?? [] where !engine.onlineCPUs.contains(cpu) {
            throw PfmError(
                .invalidArgument,
                "CPU \(cpu) is not online",
                hint: "online are \(engine.onlineCPUs)",
                subject: String(cpu)
            )
        }
    }
}
