/// Counters that reached their distance at the same event.
struct PerfOverflow {
    private let group: PerfGroup
    private var last: PerfSample
    /// Indices into the set's program.
    private var counters: [Int]
    private let time: UInt64

    /// Begins with the sample of one counter, given by its index.
    init(_ sample: PerfSample, _ group: PerfGroup, _ counter: Int) {
        self.group = group
        last = sample
        counters = [counter]
        time = sample.time
    }

    /// Adds another counter if it overflowed at the same event; false if it did not.
    ///
    /// The kernel writes one sample after the other, each with its own time. It was the same event
    /// when the place is the same and no counter of this overflow has gone on since.
    mutating func merge(_ sample: PerfSample, _ group: PerfGroup, _ counter: Int) -> Bool {
        guard group === self.group, !counters.contains(counter), sample.place == last.place,
            sample.time &- time < 100_000,
            counters.allSatisfy({
                sample.counts.values[$0 + 1] == last.counts.values[$0 + 1]
            })
        else { return false }
        counters.append(counter)
        last = sample
        return true
    }

    /// The event for the engine.
    func event(session: UInt64) -> BackendEvent {
        let overflowed = counters.map { group.program.counters[$0] }
        var place = last.place
        // Half of the addresses are the kernel's, and secret to those who may not look into it.
        if !overflowed.contains(where: \.selection.countsKernel) {
            if place.ip >> 63 != 0 { place.ip = 0 }
            place.callChain.removeAll { $0 >> 63 != 0 }
        }
        return BackendEvent(
            session: session,
            set: group.program.id,
            time: time,
            kind: .overflow(
                pmds: overflowed.map(\.pmd).sorted(),
                snapshot: group.snapshot(last.counts, time: time),
                place: place
            )
        )
    }
}
