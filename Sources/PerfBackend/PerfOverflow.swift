internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel

/// Counters that reached their distance at the same event.
struct PerfOverflow {
    private let group: PerfGroup
    private var last: PerfSample
    /// Bit i: counter i of the set's program. A set has 64 counters at most.
    private var counters: UInt64
    private let time: UInt64

    /// Begins with the sample of one counter, given by its index; nil: the sample does not say
    /// which.
    ///
    /// The kernel serves the counters of one software event with one set of data. Samples behind
    /// the first repeat its event number and its time, even where the first went to somebody else.
    /// Counts are those of the moment, so that who keeps the values finds out which have wrapped.
    init(_ sample: PerfSample, _ group: PerfGroup, _ counter: Int?) {
        self.group = group
        last = sample
        counters = Self.bit(counter)
        let now = MonotonicClock.now
        // A foreign time may be of another clock.
        let isPlausible = sample.time <= now && now - sample.time < 1_000_000_000
        time = counter != nil || isPlausible ? sample.time : now
    }

    /// Adds another counter if it overflowed at the same event; false if it did not.
    ///
    /// The kernel writes one sample after the other. It was the same event when the place is the
    /// same and no counter of this overflow has gone on since.
    mutating func merge(_ sample: PerfSample, _ group: PerfGroup, _ counter: Int?) -> Bool {
        let isRepetition = sample.event == last.event && sample.time == last.time
        guard group === self.group, !sample.counts.values.isEmpty,
            isRepetition || counters & Self.bit(counter) == 0,
            sample.place.ip == last.place.ip, sample.place.tid == last.place.tid,
            sample.place.cpu == last.place.cpu, isRepetition || sample.time &- time < 100_000,
            indices.allSatisfy({ sample.counts.values[$0] == last.counts.values[$0] })
        else { return false }
        counters |= Self.bit(counter)
        last = sample
        return true
    }

    private static func bit(_ counter: Int?) -> UInt64 {
        counter.map { 1 << UInt64($0) } ?? 0
    }

    /// Whether other counters may have reached their distance at the same event, of which the ring
    /// does not tell yet: the kernel takes some microseconds from one to the next.
    var mayGrow: Bool {
        guard !last.counts.values.isEmpty else { return false }
        let others = group.program.counters.enumerated().contains { index, counter in
            counter.distance != nil && counters >> UInt64(index) & 1 == 0
        }
        return others && MonotonicClock.now &- time < Self.settlingTime
    }

    private static let settlingTime: UInt64 = 20_000

    /// Counters that have overflowed, in ascending order.
    private var indices: some Sequence<Int> {
        (0..<group.program.counters.count).lazy.filter { [counters] in
            counters >> UInt64($0) & 1 != 0
        }
    }

    /// The event for the engine.
    consuming func event(session: UInt64) -> BackendEvent {
        let overflowed = group.program.counters
        var place = last.place
        // Half of the addresses are the kernel's, and secret to those who may not look into it.
        if !indices.contains(where: { overflowed[$0].selection.countsKernel }) {
            place.callChain.removeAll { $0 >> 63 != 0 }
            // Where the thread entered the kernel is no secret, if it is known.
            if place.ip >> 63 != 0 {
                place.ip = place.callChain.isEmpty ? 0 : place.callChain.removeFirst()
            }
        }
        return BackendEvent(
            session: session,
            set: group.program.id,
            time: time,
            kind: .overflow(
                pmds: indices.map { overflowed[$0].pmd },
                snapshot: group.snapshot(last.counts, time: time),
                place: place
            )
        )
    }
}
