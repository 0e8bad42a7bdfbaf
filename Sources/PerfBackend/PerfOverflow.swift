internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel

/// One sample that is the overflow of counters, on its way to the engine.
struct PerfOverflow {
    private let sample: PerfSample
    /// Bit i: counter i of the set's program.
    private let counters: UInt64
    private let time: UInt64

    /// - Parameters:
    ///   - counters: bits of the counters that have overflowed.
    ///   - isKnown: the sample names an event of the group.
    ///
    /// The kernel serves the counters of one software event with one set of data. Samples behind
    /// the first repeat its event number and its time, even where the first went to somebody else,
    /// whose time may be of another clock.
    init(_ sample: PerfSample, _ counters: UInt64, isKnown: Bool) {
        self.sample = sample
        self.counters = counters
        let now = MonotonicClock.now
        let isPlausible = sample.time <= now && now - sample.time < 1_000_000_000
        time = isKnown || isPlausible ? sample.time : now
    }

    /// The event for the engine.
    consuming func event(session: UInt64, _ group: PerfGroup) -> BackendEvent {
        let program = group.program
        var place = sample.place
        let indices = program.counters.indices.filter { counters >> UInt64($0) & 1 != 0 }
        // Half of the addresses are the kernel's, and secret to those who may not look into it.
        if !indices.contains(where: { program.counters[$0].selection.countsKernel }) {
            place.callChain.removeAll { $0 >> 63 != 0 }
            // Where the thread entered the kernel is not a secret, if it is known.
            if place.ip >> 63 != 0 {
                place.ip = place.callChain.isEmpty ? 0 : place.callChain.removeFirst()
            }
        }
        return BackendEvent(
            session: session,
            set: program.id,
            time: time,
            kind: .overflow(
                pmds: indices.map { program.counters[$0].pmd },
                snapshot: group.shares[group.active].snapshot(
                    sample.counts,
                    group.layout,
                    time: time
                ),
                place: place
            )
        )
    }
}
