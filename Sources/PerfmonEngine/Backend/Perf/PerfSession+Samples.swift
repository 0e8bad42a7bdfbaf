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
                // Events that have been replaced since are nobody's any more.
                guard let (group, member) = member(id: sample.event) else { return }
                switch member {
                case .counter(let index):
                    if pending?.merge(sample, group, index) == true { return }
                    flush()
                    pending = PerfOverflow(sample, group, index)
                case .timeout:
                    flush()
                    group.noteTimeout()
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
