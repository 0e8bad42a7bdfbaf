package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// What `pfm_create_evtsets` installs (`struct pfarg_setdesc`). Fields that are nil keep their
/// value.
package struct SetSettings: Sendable {
    package var flags: SetFlags?
    package var nextID: UInt16?
    /// Nanoseconds; rounded up to the backend's tick.
    package var timeout: UInt64?

    package init(flags: SetFlags? = nil, nextID: UInt16? = nil, timeout: UInt64? = nil) {
        self.flags = flags
        self.nextID = nextID
        self.timeout = timeout
    }
}

/// What `pfm_getinfo_evtsets` returns (`struct pfarg_setinfo`), as of one instant.
package struct SetInformation: Sendable {
    package var flags: SetFlags
    package var nextID: UInt16
    /// Effective time-out in nanoseconds.
    package var timeout: UInt64
    /// Nanoseconds left before the set is switched; 0 without a time-out.
    package var timeoutLeft: UInt64
    package var runs: UInt64
    /// Nanoseconds for which the set was active.
    package var activeDuration: UInt64
    package var overflowedPmds: RegisterSet
    package var availablePmcs: RegisterSet
    package var availablePmds: RegisterSet
}

extension Context {
    /// Makes a set (`pfm_create_evtsets` of an id that is new).
    ///
    /// - Precondition: unloaded.
    /// - Throws: EBUSY when loaded, EEXIST when the set exists, ENOSPC at the limit of sets.
    package func createSet(_ id: UInt16) throws(PfmError) {
        try beginCommand()
        try requireUnloaded("making a set")
        guard set(id) == nil else {
            throw PfmError(.fileExists, "set \(id) exists already", subject: String(id))
        }
        guard sets.count < engine.options.maximumSets else {
            throw PfmError(
                .noSpace,
                "this context has \(sets.count) sets and the limit is \(engine.options.maximumSets)",
                hint: "mount with a larger -o max_sets"
            )
        }
        try engine.chargeSets(sets.count + 1, of: self)
        sets.insert(EventSet(id: id), at: position(ofSet: id))
    }

    /// Changes how a set is left (`pfm_create_evtsets` of an id that exists). Unlike the original,
    /// the registers of the set keep their values.
    ///
    /// - Precondition: unloaded.
    /// - Throws: EBUSY when loaded, EINVAL for contradicting flags or a switch without time-out.
    package func changeSet(_ id: UInt16, _ settings: SetSettings) throws(PfmError) {
        try beginCommand()
        try requireUnloaded("changing a set")
        let set = try requireSet(id)
        let flags = settings.flags ?? set.flags
        if flags.isSuperset(of: [.overflowSwitch, .timeSwitch]) {
            throw PfmError(
                .invalidArgument,
                "ovfl_switch and time_switch exclude each other",
                hint: "choose one",
                subject: "time_switch"
            )
        }
        let timeout = settings.timeout.map(engine.roundedUpToTick) ?? set.timeout
        if flags.contains(.timeSwitch), timeout == 0 {
            throw PfmError(
                .invalidArgument,
                "a time-switched set needs a time-out above 0",
                hint: "write set_timeout before time_switch"
            )
        }
        set.flags = flags
        set.nextID = settings.nextID ?? set.nextID
        if let asked = settings.timeout, timeout != asked {
            note = "time-out rounded up to \(timeout) ns"
        }
        set.timeout = timeout
    }

    /// Removes a set (`pfm_delete_evtsets`).
    ///
    /// - Precondition: unloaded.
    /// - Throws: EBUSY when loaded, EINVAL for set 0 and for a set that does not exist.
    package func deleteSet(_ id: UInt16) throws(PfmError) {
        try beginCommand()
        try requireUnloaded("removing a set")
        guard id != 0 else {
            throw PfmError(
                .invalidArgument,
                "set 0 lives as long as its context",
                hint: "write none to sets/0/events to clear it"
            )
        }
        activeTimeOfDeletedSets += try requireSet(id).timeEnabled
        sets.remove(at: position(ofSet: id))
        try engine.chargeSets(sets.count, of: self)
        if activeSetID == id { activeSetID = 0 }
        engine.observer?.setRemoved(id, from: self)
    }

    /// Tells how a set is doing (`pfm_getinfo_evtsets`); any state.
    ///
    /// - Throws: EINVAL for a set that does not exist.
    package func information(
        ofSet id: UInt16,
        by caller: Client? = nil
    ) throws(PfmError) -> SetInformation {
        try beginCommand(by: caller)
        let set = try requireSet(id)
        refresh(set)
        return SetInformation(
            flags: set.flags,
            nextID: set.nextID,
            timeout: set.timeout,
            timeoutLeft: set.flags.contains(.timeSwitch) ? set.timeoutLeft : 0,
            runs: set.runs,
            activeDuration: set.activeDuration,
            overflowedPmds: set.overflowedPmds,
            availablePmcs: pmu.implementedPmcs,
            availablePmds: pmu.implementedPmds
        )
    }

    /// Resolves which set follows which (`pfm_prepare_sets`).
    ///
    /// - Throws: EINVAL when an explicit successor does not exist.
    func resolveSuccessors() throws(PfmError) {
        for (index, set) in sets.enumerated() {
            if set.flags.contains(.explicitNext) {
                guard self.set(set.nextID) != nil else {
                    throw PfmError(
                        .invalidArgument,
                        "set \(set.id) has expl_next, and its set_id_next \(set.nextID) does not "
                            + "exist",
                        hint: "mkdir sets/\(set.nextID), or change set_id_next"
                    )
                }
                set.successor = set.nextID
            } else {
                set.successor = sets[(index + 1) % sets.count].id
            }
        }
    }

    /// Clears what belongs to one loading only (`pfm_prepare_sets`). Pending resets stay.
    func clearAttachment() {
        activeTimeOfDeletedSets = 0
        for set in sets {
            set.overflowedPmds = []
            set.switchIsPending = false
            set.forgetOverflows()
            set.haltedAt = 0
            set.runs = 0
            set.settledDuration = 0
            set.runningDuration = 0
            set.timeEnabled = 0
            set.timeRunning = 0
            set.enabledBase = 0
            set.runningBase = 0
            set.counters.updateAll { counter in
                counter.counted = 0
                counter.rawBase = 0
                counter.contextTimeBase = 0
                counter.runningBase = 0
                counter.armedDistance = nil
                counter.armedAt = nil
            }
        }
    }

    /// Gives a set that becomes active its countdowns and its time-out anew.
    func reloadCountdowns(_ set: EventSet) {
        if set.flags.contains(.overflowSwitch) {
            set.counters.updateAll { $0.switchCountLeft = $0.switchCount }
        }
        if set.flags.contains(.timeSwitch) {
            set.timeoutLeft = set.timeout
        }
    }
}
