internal import Logging
internal import PerfmonModel

/// What happens when a counter overflows, a time-out ends, or the target goes away.
extension Context {
    /// Handles an overflow (`pfm_overflow_handler`).
    ///
    /// The snapshot holds every value at the instant of the overflow. Where the original would
    /// have stopped there, what the counters ran on since is discarded.
    func handleOverflow(
        pmds: [Int],
        snapshot: Snapshot,
        place: SamplePlace,
        set id: UInt16,
        time: UInt64
    ) {
        engine.count(on: place.cpu, \.overflowsAll)
        attachment?.lastPlace = place
        if session?.overflowsByThread == true {
            return handleThreadOverflow(pmds: pmds, place: place, set: id, time: time)
        }
        guard isCounting, id == activeSetID, time > activeSet.haltedAt else {
            return noteLateOverflow(pmds: pmds, place: place, set: id)
        }
        activeSet.fold(snapshot, widthMask: widthMask)
        // An overflow that does not say whose it is is that of the registers that have wrapped.
        guard !pmds.isEmpty || !activeSet.pendingOverflows.isEmpty else { return }
        act(onOverflowOf: pmds, in: activeSet, place: place, time: time)
    }

    /// Handles the overflow of one thread of several that are followed: its sample is all there is
    /// to it. The registers go on counting for all of them.
    private func handleThreadOverflow(
        pmds: [Int],
        place: SamplePlace,
        set id: UInt16,
        time: UInt64
    ) {
        guard isCounting, id == activeSetID, time > activeSet.haltedAt else {
            return dropSamples(pmds, cpu: place.cpu)
        }
        let set = activeSet
        engine.count(on: place.cpu, \.overflowsProcessed)
        engine.traceOverflow(self, pmds: pmds, place: place)
        let control = sample(pmds, in: set, place: place, time: time) ?? []
        guard control.contains(.mask) else { return }
        set.overflowedPmds = RegisterSet(pmds)
        haltHardware(set)
        noteMasked(set)
        if control.contains(.notify), notifies(pmds, in: set) {
            notify(set, place: place, time: time)
        }
    }

    /// Does what an overflow asks for; the values are those at the overflow. Registers that wrapped
    /// unseen belong to it too.
    private func act(
        onOverflowOf told: [Int],
        in set: EventSet,
        place: SamplePlace,
        time: UInt64
    ) {
        let overflowed = set.pendingOverflows.union(RegisterSet(told))
        let pmds = overflowed == RegisterSet(told) ? told : Array(overflowed)
        set.forgetOverflows()
        let began = engine.now
        engine.count(on: place.cpu, \.overflowsProcessed)
        defer { engine.count(on: place.cpu, \.overflowNanoseconds, engine.now &- began) }
        let mustSwitch = countDown(pmds, in: set)
        set.overflowedPmds = overflowed
        let hasNotification = notifies(pmds, in: set)
        engine.traceOverflow(self, pmds: pmds, place: place)

        let withoutFormat: OverflowControl =
            mustSwitch && !hasNotification ? .notify : [.notify, .mask]
        let control = sample(pmds, in: set, place: place, time: time) ?? withoutFormat
        if control.contains(.mask) {
            mask(set)
            set.switchIsPending = mustSwitch
        } else if mustSwitch {
            engine.chargeNotification(of: self)
            if engine.mustWait(self) != nil {
                mask(set)
                attachment?.mask = Mask(canRestart: false, waitsForSwitch: true)
            } else {
                leave(set)
            }
        } else {
            resetRunning(set, cpu: place.cpu)
        }
        if hasNotification, control.contains(.notify) {
            attachment?.blocksThread = state == .masked && flags.contains(.notifyBlock)
            notify(set, place: place, time: time)
        }
        if attachment?.blocksThread != true { releaseThread() }
    }

    /// Keeps an overflow of a set that was halted before the overflow was told, if the counts hold
    /// it: then the value has wrapped, and nobody has acted on it. Those that happened while
    /// perfmon2 would not have counted any more were discarded with their counts.
    private func noteLateOverflow(pmds: [Int], place: SamplePlace, set id: UInt16) {
        var kept: RegisterSet = []
        if let set = set(id) {
            let known = set.lateOverflow?.pmds ?? []
            let told = pmds.isEmpty ? set.pendingOverflows : RegisterSet(pmds)
            kept = told.intersection(set.pendingOverflows).subtracting(known)
            if !kept.isEmpty { set.lateOverflow = (known.union(kept), place) }
        }
        dropSamples(pmds.filter { !kept.contains($0) }, cpu: place.cpu)
        if !kept.isEmpty, isCounting, id == activeSetID {
            handleLateOverflow(of: activeSet)
        } else if attachment?.blocksThread != true {
            releaseThread()
        }
    }

    /// Handles the overflow that a set was left with, now that it counts again.
    func handleLateOverflow(of set: EventSet) {
        guard isCounting, set.id == activeSetID, let late = set.lateOverflow else { return }
        engine.count(on: late.place.cpu, \.overflowsAll)
        engine.count(on: late.place.cpu, \.overflowsReplayed)
        act(onOverflowOf: Array(late.pmds), in: set, place: late.place, time: engine.now)
    }

    /// Handles the end of a set's time-out: the next set takes its turn, with short resets.
    func handleTimeout(set id: UInt16, time: UInt64) {
        guard isCounting, id == activeSetID, time >= activeSet.haltedAt,
            activeSet.flags.contains(.timeSwitch)
        else { return }
        engine.count(on: lastCPU, \.timeoutsHandled)
        switchSets(to: activeSet.successor, resets: .short)
    }

    /// Handles counters that were opened anew, while the thread stands for it: what has been counted
    /// of each distance is told to the new ones.
    func handleReopening() {
        if isCounting { haltHardware(activeSet) }
        for set in sets {
            for number in set.counters.keys { set.counters[number]?.armedAt = nil }
        }
        if isCounting { runOn(activeSet) }
        if attachment?.blocksThread != true { session?.release() }
    }

    /// Handles the loss of the target: unloads, and tells readers that nothing more will come.
    func handleEnd(_ reason: EndReason) {
        guard isAttached else { return }
        endReason = reason
        detach()
        guard reason != .cpuOffline else { return }
        if !messages.append(.end(reason)) {
            engine.log.warning("context \(name): no room for the message that the thread ended")
        }
        engine.messagesArrived(self)
    }

    /// Acknowledged: resets, switches or unmasks as the overflow left it (`pfm_resume_after_ovfl`).
    func resumeAfterOverflow() {
        defer { attachment?.mask?.canRestart = false }
        guard let control = restartFormat() else { return }
        let set = activeSet
        let wasMasked = state == .masked
        attachment?.mask = nil
        if set.switchIsPending {
            set.switchIsPending = false
            resumeInNextSet(after: set, wasMasked: wasMasked)
        } else if control.contains(.reset), !set.pendingResets.isEmpty {
            resetAndRun(set, wasMasked: wasMasked)
        } else if wasMasked, isStarted {
            runOn(set)
        }
        releaseThread()
        engine.changed(self)
    }

    private func resumeInNextSet(after set: EventSet, wasMasked: Bool) {
        guard wasMasked else {
            switchSets(to: set.successor, resets: .long)
            return
        }
        do throws(PfmError) {
            try activate(set.successor, resets: .long)
        } catch {
            engine.log.error("context \(name): cannot switch sets: \(error)")
        }
        if isStarted { resumeHardware(activeSet) }
    }

    private func resetAndRun(_ set: EventSet, wasMasked: Bool) {
        if !wasMasked, isStarted { haltHardware(set) }
        reset(set, .long)
        if isStarted { runOn(set) }
    }

    private func runOn(_ set: EventSet) {
        do throws(PfmError) {
            try armAll(set)
        } catch {
            engine.log.error("context \(name): cannot arm set \(set.id): \(error)")
        }
        resumeHardware(set)
    }

    /// Counts the overflows off the set's countdowns and collects the registers to be reset.
    ///
    /// - Returns: whether the set is to be left.
    private func countDown(_ pmds: [Int], in set: EventSet) -> Bool {
        var mustSwitch = false
        set.pendingResets = []
        for number in pmds {
            guard let counter = set.counters[number] else { continue }
            if set.flags.contains(.overflowSwitch), counter.switchCountLeft > 0 {
                if counter.switchCountLeft == 1 { mustSwitch = true }
                set.counters[number]?.switchCountLeft -= 1
            }
            set.pendingResets.insert(number)
            set.pendingResets.formUnion(counter.resetPmds)
        }
        return mustSwitch
    }

    /// Halts monitoring at the overflow (`pfm_mask_monitoring`). `isStarted` does not change.
    private func mask(_ set: EventSet) {
        haltDiscarding(set)
        noteMasked(set)
    }

    /// Becomes masked by an overflow of a batch that filled the buffer.
    func becomeMasked(
        _ set: EventSet,
        by record: SampleBatch.Record,
        control: OverflowControl,
        _ batch: SampleBatch,
        _ program: SetProgram
    ) {
        let pmds = program.pmds(of: record.counters)
        if batch.width == 0 {
            haltHardware(set)
            noteMasked(set)
        } else {
            set.pendingResets = RegisterSet(pmds)
            for number in pmds {
                set.pendingResets.formUnion(set.counters[number]?.resetPmds ?? [])
            }
            mask(set)
        }
        if control.contains(.notify), notifies(pmds, in: set) {
            notify(set, place: batch.place(of: record), time: record.time)
        }
    }

    private func noteMasked(_ set: EventSet) {
        settleDuration(of: set)
        attachment?.mask = Mask()
        engine.changed(self)
    }

    private func notifies(_ pmds: [Int], in set: EventSet) -> Bool {
        pmds.contains { set.counters[$0]?.flags.contains(.overflowNotify) ?? false }
    }

    private func leave(_ set: EventSet) {
        haltDiscarding(set)
        settleDuration(of: set)
        do throws(PfmError) {
            try activate(set.successor, resets: .short)
        } catch {
            engine.log.error("context \(name): cannot switch sets: \(error)")
        }
        resumeHardware(activeSet)
    }

    private func haltDiscarding(_ set: EventSet) {
        guard let session else { return }
        session.stop(set.id)
        if let late = try? session.read(set.id) {
            set.discard(upTo: late)
            set.haltedAt = late.time
        }
    }

    private func notify(_ set: EventSet, place: SamplePlace, time: UInt64) {
        engine.chargeNotification(of: self)
        guard !flags.contains(.overflowNoMessage) else {
            engine.messagesArrived(self)
            return
        }
        let message = OverflowMessage(
            set: set.id,
            pmds: set.overflowedPmds,
            pid: place.pid,
            tid: place.tid,
            cpu: place.cpu,
            ip: place.ip,
            time: time
        )
        guard messages.append(.overflow(message)) else {
            // Without a message nobody would know that the format wanted to be heard.
            if state != .masked { mask(activeSet) }
            return
        }
        engine.count(on: place.cpu, \.overflowsNotified)
        engine.messagesArrived(self)
    }

    private func releaseThread() {
        guard flags.contains(.notifyBlock) else { return }
        endHold()
        session?.release()
    }

    /// Notes that the held thread, if there is one, is let go.
    func endHold() {
        guard attachment?.blocksThread == true else { return }
        attachment?.blocksThread = false
        engine.count(on: lastCPU, \.workHandled)
    }
}
