internal import Logging
internal import PerfmonModel
internal import SystemPackage

/// How a context's virtual registers meet the backend's raw counts.
extension Context {
    /// Active nanoseconds of all sets since the load: what an always-on counter would have seen.
    var totalActiveTime: UInt64 {
        sets.reduce(activeTimeOfDeletedSets) { $0 + $1.timeEnabled }
    }

    /// Brings a set's virtual values up to now, if it is the one that counts.
    func refresh(_ set: EventSet) {
        guard isCounting, set.id == activeSetID, let session else { return }
        if let snapshot = try? session.read(set.id) {
            set.fold(snapshot, widthMask: widthMask)
        }
    }

    /// What a set asks of the backend, from its registers.
    func program(of set: EventSet) -> SetProgram {
        var program = SetProgram(id: set.id, counters: [])
        for number in set.usedPmds {
            guard let selection = selection(ofPmd: number, in: set),
                let counter = set.counters[number]
            else { continue }
            let isUnemulated = isUnemulated(number, in: set)
            program.counters.append(
                CounterProgram(
                    pmd: number,
                    selection: selection,
                    distance: isUnemulated ? nil : counter.distanceToOverflow,
                    isUnemulated: isUnemulated
                )
            )
        }
        if set.flags.contains(.timeSwitch) {
            program.timeout = set.timeout
        }
        return program
    }

    private func isUnemulated(_ number: Int, in set: EventSet) -> Bool {
        guard case .selector(let pmc)? = pmu.pmd(number)?.control else { return false }
        return set.unemulatedPmcs.contains(pmc)
    }

    /// Runs a change to a set while nothing is counted in it, with values that are up to date, and
    /// hands the changed values to the hardware.
    func whileHalted(
        _ set: EventSet,
        _ change: (EventSet) throws(PfmError) -> Void
    ) throws(PfmError) {
        guard isAttached, set.program != nil else {
            return try change(set)
        }
        guard isCounting, set.id == activeSetID else {
            refresh(activeSet)
            try change(set)
            if state == .loaded { try armAll(set) }
            return
        }
        haltForCommand()
        let runsOn = isCounting
        if runsOn { haltHardware(activeSet) }
        defer {
            if runsOn { resumeHardware(activeSet) }
        }
        try change(set)
        if state == .loaded { try armAll(set) }
    }

    /// Hands a changed register configuration of an attached set to the backend.
    func reprogram(_ set: EventSet) throws(PfmError) {
        guard let session else { return }
        try requireChangeable()
        let program = program(of: set)
        try recharge(for: program)
        try session.reprogram(program)
        adopt(program, for: set)
        set.discard(upTo: try session.read(set.id))
        // A backend may leave alone what is the same as before, in the middle of its distance.
        for counter in program.counters { set.counters[counter.pmd]?.armedAt = nil }
    }

    /// Precondition of changes that would have to reach threads whose events nobody holds.
    func requireChangeable() throws(PfmError) {
        guard session?.overflowsByThread == true else { return }
        throw PfmError(
            .resourceBusy,
            "the context samples a thread together with its children, which have taken their "
                + "periods over already",
            remedy: .unload
        )
    }

    /// Charges what the session holds with a set's new program.
    private func recharge(for program: SetProgram) throws(PfmError) {
        guard var changed = attachment?.request else { return }
        changed.sets = sets.compactMap { $0.id == program.id ? program : $0.program }
        try engine.chargeDescriptors(
            engine.backend.descriptors(for: changed),
            of: self,
            to: payer
        )
    }

    /// Notes what the backend counts for a set from now on.
    func adopt(_ program: SetProgram, for set: EventSet) {
        set.program = program
        for counter in program.counters {
            set.counters[counter.pmd]?.noteArmed(counter.distance)
            set.counters[counter.pmd]?.wasLoaded = true
        }
    }

    /// Tells the backend where each counter of a halted set overflows next, where that changed.
    func armAll(_ set: EventSet) throws(PfmError) {
        guard let session, !session.overflowsByThread, let program = set.program else { return }
        let emulated = program.counters.lazy.filter { !$0.isUnemulated }.map(\.pmd)
        if emulated.contains(where: { set.counters[$0]?.needsReopening ?? false }) {
            try reprogram(set)
        }
        for number in emulated {
            guard let counter = set.counters[number], counter.needsArming else { continue }
            let distance = counter.distanceToOverflow
            try session.arm(set.id, pmd: number, distance: distance)
            set.counters[number]?.noteArmed(distance)
        }
    }

    /// Halts what counts and handles what overflowed up to then, so that nothing that happened
    /// before a command is taken for something that happened after it.
    func haltForCommand() {
        guard isCounting, let session else { return }
        session.stop(activeSetID)
        attachment?.staysHalted = true
        engine.drain()
        attachment?.staysHalted = false
    }

    /// Lets a halted set count on.
    func resumeHardware(_ set: EventSet) {
        guard let attachment, !attachment.staysHalted else { return }
        do throws(PfmError) {
            if set.flags.contains(.timeSwitch) {
                attachment.session.setTimeoutLeft(set.id, nanoseconds: max(1, set.timeoutLeft))
            }
            if attachment.activeTimeBeforeExec == totalActiveTime {
                try attachment.session.startAtExec(set.id)
            } else {
                attachment.activeTimeBeforeExec = nil
                try attachment.session.start(set.id)
            }
        } catch {
            engine.log.error("context \(name): set \(set.id) cannot run on: \(error)")
            return
        }
        handleLateOverflow(of: set)
    }

    /// Halts a set and takes in all it counted.
    func haltHardware(_ set: EventSet) {
        guard let session else { return }
        session.stop(set.id)
        if let snapshot = try? session.read(set.id) {
            set.fold(snapshot, widthMask: widthMask)
            set.haltedAt = snapshot.time
        }
    }
}
