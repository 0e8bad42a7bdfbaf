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
        if let set = self.set(id) { noteSpentTargets(pmds, in: set) }
        guard isCounting, id == activeSetID, time > activeSet.haltedAt else {
            return noteLateOverflow(pmds: pmds, place: place, set: id)
        }
        let set = activeSet
        set.fold(snapshot, widthMask: widthMask)
        // Hardware that begins its period anew by itself may tell a few events early. Of all others
        // the value decides: it may have been written since.
        let told = pmds.filter { number in
            if set.pendingOverflows.contains(number) { return true }
            guard case .at(let target?)? = set.counters[number]?.armed else { return false }
            return target.period != nil
        }
        guard !told.isEmpty || !set.pendingOverflows.isEmpty else { return armRunning(set) }
        act(onOverflowOf: told, in: set, place: place, time: time)
    }

    /// Notes that targets which the backend has told of are reached: it waits for others.
    private func noteSpentTargets(_ pmds: [Int], in set: EventSet) {
        for number in pmds {
            guard case .at(let target?)? = set.counters[number]?.armed, target.period == nil else {
                continue
            }
            set.counters[number]?.armed = .unknown
        }
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
        set.overflowedPmds = RegisterSet(pmds)
        guard control.contains(.mask) else { return }
        haltHardware(set)
        openGap(.masked)
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
            resetRunning(set, overflowed: overflowed)
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
        if isCounting, id == activeSetID {
            if kept.isEmpty { armRunning(activeSet) } else { handleLateOverflow(of: activeSet) }
        } else if attachment?.blocksThread != true {
            releaseThread()
        }
    }

    /// Handles overflows that the counts of a set have passed and of which the backend does not tell.
    func handleUntold(_ set: EventSet) {
        let pmds = Array(set.pendingOverflows)
        for number in pmds { set.counters[number]?.armed = .unknown }
        let place = attachment?.lastPlace ?? SamplePlace(ip: 0, pid: 0, tid: 0, cpu: lastCPU)
        engine.count(on: place.cpu, \.overflowsAll)
        act(onOverflowOf: pmds, in: set, place: place, time: engine.now)
    }

    /// Handles the overflow that a set was left with, now that it counts again.
    func handleLateOverflow(of set: EventSet) {
        guard isCounting, set.id == activeSetID, let late = set.lateOverflow else { return }
        engine.count(on: late.place.cpu, \.overflowsAll)
        engine.count(on: late.place.cpu, \.overflowsReplayed)
        for number in late.pmds { set.counters[number]?.armed = .unknown }
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
            set.counters.updateAll { $0.armed = .unknown }
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
        if !wasMasked, isStarted { refresh(set) }
        reset(set, .long)
        guard isStarted else { return }
        if wasMasked { runOn(set) } else { armRunning(set) }
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
        haltDiscarding(set, .masked)
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
            openGap(.masked)
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

    /// Halts a set and forgets what it counted since the overflow that is being handled: perfmon2
    /// would have stopped there.
    func haltDiscarding(_ set: EventSet, _ reason: CountReason) {
        guard let session else { return }
        session.stop(set.id)
        var before: UInt64 = 0
        if let late = try? session.read(set.id) {
            if set.hasCountedSince(late) { before = late.timeEnabled &- set.enabledBase }
            set.discard(upTo: late)
            set.haltedAt = late.time
        }
        forgetTargets(of: set)
        openGap(reason, inWallTime: reason == .switched, before: before)
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
