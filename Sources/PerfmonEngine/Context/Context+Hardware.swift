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
                    period: repeats(number, in: set) ? counter.steadyPeriod : nil,
                    forecast: isUnemulated ? nil : counter.forecast,
                    isUnemulated: isUnemulated
                )
            )
        }
        program.switchesAtOverflow = set.flags.contains(.overflowSwitch)
        if set.flags.contains(.timeSwitch) {
            program.timeout = set.timeout
        }
        return program
    }

    private func isUnemulated(_ number: Int, in set: EventSet) -> Bool {
        guard case .selector(let pmc)? = pmu.pmd(number)?.control else { return false }
        return set.unemulatedPmcs.contains(pmc)
    }

    /// Whether a counter begins its period anew by itself at its overflows: what they do is no more
    /// than to fill a buffer, and no overflow of another counter resets this one.
    func repeats(_ number: Int, in set: EventSet) -> Bool {
        guard buffersOverflows, let counter = set.counters[number],
            counter.steadyPeriod != nil
        else { return false }
        return set.counters.allSatisfy { other, state in
            other == number || !state.resetPmds.contains(number)
        }
    }

    /// Runs a change to registers of a set with values that are up to date, and tells the hardware
    /// where it overflows from then on. What counts goes on counting.
    ///
    /// - Parameter replacesEvents: other events are to be counted; then the hardware has to be
    ///   halted for it.
    func changing(
        _ set: EventSet,
        replacesEvents: Bool = false,
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
        guard replacesEvents else {
            settle(set)
            try change(set)
            if state == .loaded { try armAll(set) }
            return
        }
        haltForCommand()
        try whileHalted { () throws(PfmError) in
            try change(set)
            if state == .loaded { try armAll(set) }
        }
    }

    /// Halts the active set, if it counts, for a change that the hardware takes only then.
    private func whileHalted(_ change: () throws(PfmError) -> Void) throws(PfmError) {
        guard isCounting else { return try change() }
        haltHardware(activeSet)
        openGap(.reprogrammed)
        defer { resumeHardware(activeSet) }
        try change()
    }

    /// Brings a set that counts up to now, with all overflows up to now handled: the counts may have
    /// passed an overflow that is told a little later.
    func settle(_ set: EventSet) {
        for _ in 0..<Self.looks {
            engine.drain(self)
            guard isCounting, set.id == activeSetID else { return }
            refresh(set)
            if set.pendingOverflows.isEmpty { return }
        }
        engine.drain(self)
        guard isCounting, set.id == activeSetID, !set.pendingOverflows.isEmpty else { return }
        // The overflow is between two looks of the backend, or the kernel has lost it.
        handleUntold(set)
    }

    /// How often an overflow is waited for that the counts have passed; each look takes
    /// microseconds.
    private static let looks = 10

    /// Hands a changed register configuration of an attached set to the backend.
    func reprogram(_ set: EventSet) throws(PfmError) {
        guard let session else { return }
        try requireChangeable()
        let program = program(of: set)
        try recharge(for: program)
        try session.reprogram(program)
        adopt(program, for: set)
        set.discard(upTo: try session.read(set.id))
        // A backend may leave alone what is the same as before, in the middle of its period.
        for counter in program.counters { set.counters[counter.pmd]?.armed = .unknown }
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
            set.counters.update(counter.pmd) { state in
                state.armed = .at(
                    counter.distance.map {
                        OverflowTarget(count: state.rawBase &+ $0, period: counter.period)
                    }
                )
                state.wasLoaded = true
            }
        }
    }

    /// Tells the backend where each counter of a set overflows next, where that changed. A set that
    /// counts goes on, unless an event has to be opened anew for it.
    func armAll(_ set: EventSet) throws(PfmError) {
        guard let session, !session.overflowsByThread, let program = set.program else { return }
        var targets = changedTargets(program, of: set)
        if targets.contains(where: { $0.target != nil && !session.canArm(set.id, pmd: $0.pmd) }) {
            if isCounting, set.id == activeSetID, !gaps.isOpen {
                haltForCommand()
                return try whileHalted { () throws(PfmError) in
                    if state == .loaded { try armAll(set) }
                }
            }
            try reprogram(set)
            targets = changedTargets(set.program ?? program, of: set)
        }
        guard !targets.isEmpty else { return }
        try session.arm(set.id, targets)
        for (number, target) in targets { set.counters[number]?.armed = .at(target) }
    }

    private func changedTargets(
        _ program: SetProgram,
        of set: EventSet
    ) -> [(pmd: Int, target: OverflowTarget?)] {
        var targets: [(pmd: Int, target: OverflowTarget?)] = []
        for counter in program.counters where !counter.isUnemulated {
            // An overflow that the counts have passed is told yet, or waits for the set's return.
            guard let state = set.counters[counter.pmd],
                !set.pendingOverflows.contains(counter.pmd)
            else { continue }
            let target = state.target(repeats: repeats(counter.pmd, in: set))
            if state.armed != .at(target) { targets.append((counter.pmd, target)) }
        }
        return targets
    }

    /// Has the backend told anew where the counters of a halted set overflow.
    func forgetTargets(of set: EventSet) {
        session?.disarm(set.id)
        set.counters.updateAll { $0.armed = .unknown }
    }

    /// Halts what counts and handles what overflowed up to then, so that nothing that happened
    /// before a command is taken for something that happened after it.
    func haltForCommand() {
        guard isCounting, let session else { return }
        session.stop(activeSetID)
        attachment?.staysHalted = true
        engine.drain(self)
        attachment?.staysHalted = false
    }

    /// Begins time without counting.
    ///
    /// - Parameters:
    ///   - inWallTime: the target runs nearly all of the time, and asking for its own would take
    ///     longer than the gap.
    ///   - before: nanoseconds for which nothing has been counted already.
    func openGap(_ reason: CountReason, inWallTime: Bool = false, before: UInt64 = 0) {
        guard isStarted else { return }
        gaps.open(
            reason,
            target: inWallTime ? nil : session?.targetTime,
            wall: engine.now,
            before: before
        )
    }

    /// Ends time without counting.
    func closeGap() {
        guard gaps.isOpen else { return }
        gaps.close(
            target: gaps.countsTargetTime ? session?.targetTime : nil,
            wall: engine.now
        )
    }

    /// Nanoseconds since the load without counting, up to now.
    var uncountedTime: UInt64 {
        guard gaps.isOpen else { return gaps.total }
        return gaps.total(
            target: gaps.countsTargetTime ? session?.targetTime : nil,
            wall: engine.now
        )
    }

    /// Lets a halted set count on.
    func resumeHardware(_ set: EventSet) {
        guard let attachment, !attachment.staysHalted else { return }
        closeGap()
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
