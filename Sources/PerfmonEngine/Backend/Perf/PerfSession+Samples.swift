/// From records of the ring to events for the engine.
extension PerfSession {
    /// An event of this session that happened now.
    func event(set: UInt16, _ kind: BackendEvent.Kind) -> BackendEvent {
        BackendEvent(session: request.session, set: set, time: MonotonicClock.now, kind: kind)
    }

    /// Reads the ring empty. Overflows of several counters at the same event become one.
    func collectSamples(_ deliver: (BackendEvent) -> Void) {
        var pending: PerfOverflow?
        func flush() {
            if let overflow = pending { deliver(overflow.event(session: request.session)) }
            pending = nil
        }
        output.drain { bytes in
            switch PerfRecord(bytes) {
            case .sample(let sample):
                guard let (group, member) = member(id: sample.event) else { return }
                switch member {
                case .counter(let index):
                    if pending?.merge(sample, group, index) == true { return }
                    flush()
                    pending = PerfOverflow(sample, group, index)
                case .timeout:
                    flush()
                    var event = event(set: group.program.id, .timeout)
                    event.time = sample.time
                    deliver(event)
                }
            case .lost(let id, let count):
                flush()
                let set = member(id: id)?.group.program.id ?? 0
                deliver(event(set: set, .lost(count: count)))
            case nil:
                break
            }
        }
        flush()
    }

    private func member(id: UInt64) -> (group: PerfGroup, member: PerfGroup.Member)? {
        for group in groups {
            if let member = group.member(id: id) { return (group, member) }
        }
        return nil
    }
}

/// Counters that reached their distance at the same event.
struct PerfOverflow {
    private let group: PerfGroup
    private var last: PerfSample
    /// Indices into the set's program.
    private var counters: [Int]
    private let time: UInt64

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

    func event(session: UInt64) -> BackendEvent {
        BackendEvent(
            session: session,
            set: group.program.id,
            time: time,
            kind: .overflow(
                pmds: counters.map { group.program.counters[$0].pmd }.sorted(),
                snapshot: group.snapshot(last.counts, time: time),
                place: last.place
            )
        )
    }
}
