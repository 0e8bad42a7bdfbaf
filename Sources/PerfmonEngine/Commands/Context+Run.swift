internal import PerfmonModel
internal import SystemPackage

/// Starting, stopping and restarting monitoring.
extension Context {
    /// Starts monitoring (`pfm_start`), with a set or, with nil, with the active one.
    ///
    /// - Effect: a change of set switches with long resets. Starting what is started drops the
    ///   active time since the last start from `set_act_duration`, as the original did.
    /// - Throws: EINVAL for a set that does not exist, and when an overflow that happened before
    ///   the command masks the context.
    func startMonitoring(with id: UInt16?) throws(PfmError) {
        if let id {
            _ = try requireSet(id)
            if id != activeSetID {
                haltForCommand()
                try requireState(for: .start(set: id))
                if isStarted { haltHardware(activeSet) }
                settleDuration(of: activeSet)
                attachment?.isStarted = false
                try activate(id, resets: .long)
            }
        }
        let set = activeSet
        if isStarted {
            refresh(set)
            set.runningDuration = 0
            return
        }
        try begin(set)
    }

    /// Starts monitoring at the target's next exec. Not a perfmon2 call: it lets a shell load
    /// itself and then become the program to be measured, of which every event is counted and of
    /// the shell none.
    ///
    /// - Throws: EOPNOTSUPP where the backend cannot.
    func startMonitoringAtExec() throws(PfmError) {
        attachment?.activeTimeBeforeExec = totalActiveTime
        do throws(PfmError) {
            try begin(activeSet)
        } catch {
            attachment?.activeTimeBeforeExec = nil
            throw error
        }
    }

    /// Stops monitoring (`pfm_stop`). A masked context stays masked.
    func stopMonitoring() {
        haltForCommand()
        if isCounting { haltHardware(activeSet) }
        settleDuration(of: activeSet)
        attachment?.isStarted = false
        attachment?.activeTimeBeforeExec = nil
        engine.changed(self)
    }

    /// Acknowledges an overflow (`pfm_restart`): resets and unmasks.
    ///
    /// - Throws: EBUSY when masked without permission for another restart.
    func acknowledgeOverflow() throws(PfmError) {
        engine.count(on: lastCPU, \.restarts)
        if let mask = attachment?.mask {
            guard !engine.isWaiting(self) else {
                throw PfmError(
                    .resourceBusy,
                    "a restart waits already, because uid \(payer) has used up its notification "
                        + "quota",
                    hint: "it takes effect by itself"
                )
            }
            // Only a thread runs the restart itself, later, and takes one for each masking.
            guard mask.canRestart || target?.isSystemWide == true else {
                throw PfmError(
                    .resourceBusy,
                    "this masking was restarted once and stays masked",
                    hint: "unload the context and load it again"
                )
            }
            attachment?.mask?.canRestart = false
            if let delay = engine.mustWait(self) {
                notes.append(engine.noteOfWait(self, delay))
                return
            }
        }
        resumeAfterOverflow()
    }

    /// Moves the active time since the last start into `set_act_duration`.
    func settleDuration(of set: EventSet) {
        set.settledDuration &+= set.runningDuration
        set.runningDuration = 0
    }

    private func begin(_ set: EventSet) throws(PfmError) {
        guard let session else { return }
        if isAwaitingExec {
            // Its events are opened anew for that, and begin their distances anew.
            for number in set.counters.keys { set.counters[number]?.armedAt = nil }
        }
        try armAll(set)
        if set.flags.contains(.timeSwitch) {
            session.setTimeoutLeft(set.id, nanoseconds: max(1, set.timeoutLeft))
        }
        if isAwaitingExec {
            try session.startAtExec(set.id)
        } else {
            try session.start(set.id)
        }
        attachment?.isStarted = true
        engine.changed(self)
        handleLateOverflow(of: set)
    }
}
