package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// Starting, stopping and restarting monitoring.
extension Context {
    /// Starts monitoring (`pfm_start`).
    ///
    /// - Precondition: loaded and not masked.
    /// - Parameter id: set to begin with; nil: the active one goes on.
    /// - Effect: a change of set switches with long resets. Starting what is started drops the
    ///   active time since the last start from `set_act_duration`, as the original did.
    /// - Throws: EINVAL in any other state and for a set that does not exist.
    package func start(set id: UInt16? = nil, by caller: Client? = nil) throws(PfmError) {
        try beginCommand(by: caller, .stopped)
        try requireStartable()
        if let id {
            _ = try requireSet(id)
            if id != activeSetID {
                haltForCommand()
                try requireStartable()
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
    /// - Precondition: loaded on a thread, not started.
    /// - Throws: EINVAL in any other state, EOPNOTSUPP where the backend cannot.
    package func startAtExec(by caller: Client? = nil) throws(PfmError) {
        try beginCommand(by: caller, .stopped)
        try requireStartable()
        guard !isStarted else {
            throw PfmError(
                .invalidArgument,
                "monitoring is started already",
                hint: "write 1 to stop first"
            )
        }
        attachment?.activeTimeBeforeExec = totalActiveTime
        do throws(PfmError) {
            try begin(activeSet)
        } catch {
            attachment?.activeTimeBeforeExec = nil
            throw error
        }
    }

    /// Stops monitoring (`pfm_stop`). A masked context stays masked.
    ///
    /// - Precondition: loaded or masked.
    /// - Throws: EINVAL when unloaded.
    package func stop(by caller: Client? = nil) throws(PfmError) {
        try beginCommand(by: caller, .stopped)
        guard isAttached else {
            throw PfmError(
                .invalidArgument,
                "the context is \(state.rawValue), so there is nothing to stop",
                hint: "write a target to load_context first"
            )
        }
        haltForCommand()
        if isCounting { haltHardware(activeSet) }
        settleDuration(of: activeSet)
        attachment?.isStarted = false
        attachment?.activeTimeBeforeExec = nil
        engine.changed(self)
    }

    /// Acknowledges an overflow (`pfm_restart`): resets and unmasks.
    ///
    /// - Precondition: loaded or masked.
    /// - Throws: EBUSY when unloaded, or masked without permission for another restart.
    package func restart(by caller: Client? = nil) throws(PfmError) {
        try beginCommand(by: caller)
        guard isAttached else {
            throw PfmError(
                .resourceBusy,
                "the context is \(state.rawValue), so there is nothing to restart",
                hint: endReason == nil
                    ? "write a target to load_context first" : "the monitored thread is gone"
            )
        }
        engine.count(on: lastCPU, \.restarts)
        if let mask = attachment?.mask {
            guard !engine.isWaiting(self) else {
                throw PfmError(
                    .resourceBusy,
                    "a restart waits already, because uid \(payer) has had his share of "
                        + "notifications (user_notifications)",
                    hint: "it takes effect by itself"
                )
            }
            guard mask.canRestart || Self.isCPU(target) else {
                throw PfmError(
                    .resourceBusy,
                    "this masking was restarted once and stays masked",
                    hint: "unload the context and load it again"
                )
            }
            attachment?.mask?.canRestart = false
            if let delay = engine.mustWait(self) {
                note = engine.waitingText(self, delay)
                return
            }
        }
        resumeAfterOverflow()
    }

    /// Only a thread runs the restart itself, later, and takes one for each masking.
    private static func isCPU(_ target: Target?) -> Bool {
        if case .cpu = target { true } else { false }
    }

    /// Moves the active time since the last start into `set_act_duration`.
    func settleDuration(of set: EventSet) {
        set.settledDuration &+= set.runningDuration
        set.runningDuration = 0
    }

    private func requireStartable() throws(PfmError) {
        switch state {
        case .loaded: return
        case .masked:
            throw PfmError(
                .invalidArgument,
                "the context is masked by an overflow",
                hint: "write 1 to restart, not to start"
            )
        case .unloaded:
            throw PfmError(
                .invalidArgument,
                "the context is \(state.rawValue)",
                hint: "write a target to load_context first"
            )
        }
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
