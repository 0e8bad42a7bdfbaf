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
                    late: session?.overflowsByThread == true
                        ? 0 : Int64(bitPattern: counter.value),
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

    /// Gives the registers their short reset values while the set counts on: the values move, and the
    /// hardware is told where they wrap from now on.
    ///
    /// - Parameter overflowed: the registers whose overflow it is.
    func resetRunning(_ set: EventSet, overflowed: RegisterSet) {
        guard !set.pendingResets.isEmpty else { return }
        countMissed(overflowed, in: set)
        reset(set, .short)
        for number in overflowed {
            set.counters.update(number) { $0.noteReloaded() }
        }
        armRunning(set)
    }

    /// Tells the hardware where a set that counts overflows next.
    func armRunning(_ set: EventSet) {
        do throws(PfmError) {
            try armAll(set)
        } catch {
            engine.log.error("context \(name): cannot arm set \(set.id): \(error)")
        }
    }

    /// Counts the overflows that a register has passed since the one that is being handled, because
    /// it was looked at too late.
    private func countMissed(_ overflowed: RegisterSet, in set: EventSet) {
        for number in overflowed {
            guard let counter = set.counters[number], counter.value < 1 << 63,
                let period = CounterState.distance(from: counter.shortReset),
                counter.value >= period
            else { continue }
            loseSamples(counter.value / period, cpu: lastCPU)
        }
    }
}
