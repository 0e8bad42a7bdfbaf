internal import Logging
internal import PerfmonModel

/// What becomes of overflows once a sampling format is chosen.
extension Context {
    /// Hands overflowed registers to the format, in ascending order, until it has no more room.
    ///
    /// - Returns: what is to be done about the overflow; nil without a format.
    func sample(
        _ pmds: [Int],
        in set: EventSet,
        place: SamplePlace,
        time: UInt64
    ) -> OverflowControl? {
        guard let sampling else { return nil }
        let began = engine.now
        sampling.processes?.see(thread: place.tid, of: place.pid)
        var control: OverflowControl = []
        var calls: UInt64 = 0
        for number in pmds {
            guard let counter = set.counters[number] else { continue }
            var count = 0
            for register in counter.sampledPmds {
                sampling.values[count] = set.counters[register]?.value ?? 0
                count += 1
            }
            let answer = sampling.format.handle(
                Overflow(
                    pmd: number,
                    set: set.id,
                    lastReset: counter.lastResetValue,
                    eventID: counter.eventID,
                    sampled: counter.sampledPmds,
                    time: time,
                    place: place
                ),
                values: UnsafeBufferPointer(start: sampling.values, count: count).span
            )
            calls += 1
            sampling.taken += 1
            control.formUnion(answer.control.intersection([.notify, .mask]))
            if answer.endsEvent { break }
        }
        // The format had no room for the other registers of this event.
        let rest = Array(pmds.dropFirst(Int(calls)))
        if !rest.isEmpty { dropSamples(rest, cpu: place.cpu) }
        engine.sampled(in: self)
        engine.count(on: place.cpu, \.formatCalls, calls)
        engine.count(on: place.cpu, \.formatNanoseconds, engine.now &- began)
        if control.contains(.mask) { engine.count(on: place.cpu, \.buffersFilled) }
        return control
    }

    /// Counts overflows that came too late to be recorded.
    func dropSamples(_ pmds: [Int], cpu: Int) {
        guard let sampling else { return }
        sampling.droppedWhenMasked += UInt64(pmds.count)
        engine.count(on: cpu, \.samplesDropped, UInt64(pmds.count))
    }

    /// Counts overflows that the kernel had no room for, or that nobody saw in time.
    func loseSamples(_ count: UInt64, cpu: Int) {
        lostOverflows += count
        sampling?.lost += count
        engine.count(on: cpu, \.samplesLost, count)
    }

    /// Gives the registers their short reset values while the set counts on.
    ///
    /// Where the next overflow is where the hardware expects it anyway, nothing has to be halted.
    func resetRunning(_ set: EventSet, cpu: Int) {
        let touched = set.pendingResets
        guard !touched.isEmpty else { return }
        reset(set, .short)
        if attachment?.request.isBuffered == true {
            for number in touched { set.counters[number]?.noteReloaded() }
        }
        guard !touched.allSatisfy(set.isArmed), let session else { return }
        session.stop(set.id)
        let before = set.counters
        if let snapshot = try? session.read(set.id) {
            set.fold(snapshot, widthMask: widthMask)
            set.haltedAt = snapshot.time
        }
        for number in touched {
            restoreIfPassed(number, in: set, from: before[number], cpu: cpu)
        }
        do throws(PfmError) {
            try armAll(set)
        } catch {
            engine.log.error("context \(name): cannot arm set \(set.id): \(error)")
        }
        resumeHardware(set)
    }

    /// A counter whose next overflow came while its reset was being handled begins its period
    /// anew; the overflow that nobody saw counts as lost.
    private func restoreIfPassed(
        _ number: Int,
        in set: EventSet,
        from before: CounterState?,
        cpu: Int
    ) {
        guard let before, let distance = before.distanceToOverflow,
            let counter = set.counters[number], counter.value &- before.value >= distance
        else { return }
        set.counters[number]?.value = before.value
        set.forgetOverflow(of: number)
        loseSamples((counter.value &- before.value) / distance, cpu: cpu)
    }
}
