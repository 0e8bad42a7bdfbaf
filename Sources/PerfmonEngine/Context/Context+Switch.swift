internal import Logging
internal import PerfmonModel

/// Which reset values a register gets (`PFM_PMD_RESET_*`).
enum ResetMode {
    case short
    case long
}

/// Changing the active set, and resetting registers after overflows.
extension Context {
    /// Switches from the active set to another (`pfm_switch_sets`).
    ///
    /// A switch to the set itself counts as an activation: its countdowns begin anew and its
    /// pending resets are applied. The set that is left keeps its pending resets for its return.
    func switchSets(to id: UInt16, resets mode: ResetMode) {
        let wasCounting = isCounting
        let staysOn = wasCounting && id == activeSetID
        if staysOn {
            refresh(activeSet)
        } else if wasCounting {
            haltHardware(activeSet)
            openGap(.switched, inWallTime: true)
        }
        settleDuration(of: activeSet)
        do throws(PfmError) {
            try activate(id, resets: mode)
        } catch {
            engine.log.error("context \(name): cannot switch to set \(id): \(error)")
        }
        if staysOn {
            goOn(activeSet)
        } else if wasCounting {
            resumeHardware(activeSet)
        }
    }

    /// Does what begins with a set that counts already.
    private func goOn(_ set: EventSet) {
        if set.flags.contains(.timeSwitch) {
            session?.setTimeoutLeft(set.id, nanoseconds: max(1, set.timeoutLeft))
        }
        handleLateOverflow(of: set)
    }

    /// Leaves a set at the overflow that is being handled.
    func leave(_ set: EventSet) {
        let successor = set.successor
        let staysOn = successor == set.id
        let isCut = !staysOn && session?.cut(from: set.id, to: successor) == true
        if !staysOn, !isCut { haltDiscarding(set, .switched) }
        settleDuration(of: set)
        do throws(PfmError) {
            try activate(successor, resets: .short)
        } catch {
            engine.log.error("context \(name): cannot switch sets: \(error)")
        }
        if staysOn || isCut { goOn(activeSet) } else { resumeHardware(activeSet) }
    }

    /// Makes a set the active one.
    func activate(_ id: UInt16, resets mode: ResetMode) throws(PfmError) {
        guard let set = set(id) else { return }
        let began = engine.now
        engine.count(on: lastCPU, \.setSwitches)
        defer { engine.count(on: lastCPU, \.setSwitchNanoseconds, engine.now &- began) }
        set.runs += 1
        reloadCountdowns(set)
        activeSetID = id
        if !set.pendingResets.isEmpty { reset(set, mode) }
        try armAll(set)
        engine.changed(self)
    }

    /// Gives the registers that the last overflow named their reset values (`pfm_reset_pmds`).
    func reset(_ set: EventSet, _ mode: ResetMode) {
        for number in set.pendingResets where set.counters[number] != nil {
            let value = resetValue(of: number, in: set, mode)
            set.counters[number]?.value = value
            set.counters[number]?.lastResetValue = value
            set.forgetOverflow(of: number)
        }
        set.pendingResets = []
        engine.count(on: lastCPU, \.registerResets)
    }

    private func resetValue(of number: Int, in set: EventSet, _ mode: ResetMode) -> UInt64 {
        guard let counter = set.counters[number] else { return 0 }
        let value = mode == .long ? counter.longReset : counter.shortReset
        guard counter.flags.contains(.random) else { return value }
        return value &- (engine.random() & counter.randomMask)
    }
}
