internal import PerfmonModel
internal import SystemPackage

/// Event sets: making, changing and removing them.
extension Context {
    /// Makes a set, or sets an existing one up anew (`pfm_create_evtsets`, one element). A set that
    /// was made stays, whatever becomes of its settings.
    ///
    /// - Effect: all control registers of the set have their defaults; data registers keep theirs.
    /// - Throws: EEXIST when the set exists and must not, ENOSPC at the limit of sets; what `change`
    ///   throws.
    func setUp(_ description: SetDescription, exclusively: Bool) throws(PfmError) {
        let id = description.id
        if let set = set(id) {
            guard !exclusively else {
                throw PfmError(.fileExists, "set \(id) exists already", subject: String(id))
            }
            try change(description)
            if resetControls(of: set) {
                notes.append(.controlsReset(id))
            }
        } else {
            try makeSet(id)
            try change(description)
        }
    }

    /// Makes a set that does not exist.
    ///
    /// - Throws: ENOSPC at the limit of sets.
    func makeSet(_ id: UInt16) throws(PfmError) {
        guard sets.count < engine.options.maximumSets else {
            throw PfmError(
                .noSpace,
                "this context has \(sets.count) sets and the limit is \(engine.options.maximumSets)",
                remedy: .raise(.setsOfContext, or: "remove some")
            )
        }
        try engine.chargeSets(sets.count + 1, of: self)
        sets.insert(EventSet(id: id), at: position(ofSet: id))
    }

    /// Changes how a set is left, and nothing else of it.
    ///
    /// - Throws: EINVAL for a set that does not exist, for contradicting flags, for a switch without
    ///   time-out, and for a time-out that cannot be rounded up.
    func change(_ description: SetDescription) throws(PfmError) {
        let set = try requireSet(description.id)
        let settings = description.settings
        let flags = settings.flags ?? set.flags
        if flags.isSuperset(of: [.overflowSwitch, .timeSwitch]) {
            throw PfmError(
                .invalidArgument,
                "ovfl_switch and time_switch exclude each other",
                hint: "choose one",
                subject: "time_switch"
            )
        }
        var timeout = set.timeout
        if let asked = settings.timeout { timeout = try engine.roundedUpToTick(asked) }
        if flags.contains(.timeSwitch), timeout == 0 {
            throw PfmError(
                .invalidArgument,
                "a time-switched set needs a time-out above 0",
                remedy: .setTimeoutFirst
            )
        }
        set.flags = flags
        set.nextID = settings.nextID ?? set.nextID
        if let asked = settings.timeout, timeout != asked {
            notes.append(.roundedUp(timeout))
        }
        set.timeout = timeout
    }

    /// Removes a set (`pfm_delete_evtsets`, one element).
    ///
    /// - Throws: EINVAL for set 0 and for a set that does not exist.
    func delete(_ id: UInt16) throws(PfmError) {
        guard id != 0 else {
            throw PfmError(
                .invalidArgument,
                "set 0 lives as long as its context",
                remedy: .clearFirstSet
            )
        }
        activeTimeOfDeletedSets += try requireSet(id).timeEnabled
        sets.remove(at: position(ofSet: id))
        try engine.chargeSets(sets.count, of: self)
        if activeSetID == id { activeSetID = 0 }
        engine.observer?.setRemoved(id, from: self)
    }

    /// Tells how a set is doing (`pfm_getinfo_evtsets`, one element).
    ///
    /// - Throws: EINVAL for a set that does not exist.
    func information(of id: UInt16) throws(PfmError) -> SetInformation {
        let set = try requireSet(id)
        refresh(set)
        return SetInformation(
            id: id,
            flags: set.flags,
            nextID: set.nextID,
            timeout: set.timeout,
            timeoutLeft: set.flags.contains(.timeSwitch) ? set.timeoutLeft : 0,
            runs: set.runs,
            activeDuration: set.activeDuration,
            overflowedPmds: set.overflowedPmds,
            availablePmcs: pmu.implementedPmcs,
            availablePmds: pmu.implementedPmds,
            hasView: flags.contains(.mapSets)
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
                        "set \(set.id) has expl_next, and set \(set.nextID), which is to follow it, "
                            + "does not exist",
                        remedy: .makeSuccessor(set.nextID)
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
