internal import Glibc
internal import LinuxSupport
internal import PerfmonEngine

/// From records of the ring to events for the engine.
extension PerfSession {
    /// An event of this session that happened now.
    func event(set: UInt16, _ kind: BackendEvent.Kind) -> BackendEvent {
        BackendEvent(session: request.session, set: set, time: MonotonicClock.now, kind: kind)
    }

    /// Reads the rings empty. Overflows of several counters at the same event become one.
    ///
    /// A session that holds its thread keeps them until the thread stands.
    func collectSamples(_ deliver: (BackendEvent) -> Void) {
        var batch = PerfBatch()
        for lane in lanes { collectSamples(of: lane, &batch, deliver) }
        batch.take(session: request.session).map(deliver)
        if running == nil, holdsSamples {
            // The ring tells of lost samples with the next one, and none is to come.
            let lost = lanes.reduce(UInt64(0)) { sum, lane in
                lane.groups.reduce(sum) { $0 + $1.lost }
            }
            reportLost(lost, set: request.sets.first?.id ?? 0, deliver)
        }
        guard let hold, !hold.waiting.isEmpty else { return }
        // A thread that keeps the signal off runs on for as long as it does. That is asked only
        // when the stop is overdue: the answer takes longer than most stops.
        if hold.isStanding || hasEnded
            || hold.isOverdue && ThreadStatus(ofThread: request.target.tid)?.blocks(SIGTRAP) == true
        {
            hold.takeWaiting().forEach(deliver)
        }
    }

    private func collectSamples(
        of lane: PerfLane,
        _ batch: inout PerfBatch,
        _ deliver: (BackendEvent) -> Void
    ) {
        let isBatched = request.isBuffered && hold == nil
        let hasCounts = !lane.opening.isFamily
        var pending: PerfOverflow?
        func flush() {
            guard let overflow = pending?.event(session: request.session) else { return }
            pending = nil
            if let hold { hold.waiting.append(overflow) } else { deliver(overflow) }
        }
        func add(_ sample: PerfSample, _ group: PerfGroup, _ counter: Int?) {
            if pending?.merge(sample, group, counter) == true { return }
            flush()
            pending = PerfOverflow(sample, group, counter)
        }
        func take(_ bytes: UnsafeRawBufferPointer) {
            if isBatched {
                if batch.append(bytes, of: lane) { return }
                // What is told of a family holds for all lanes, of which only one is read yet.
                if hasCounts || PerfRecord.isSample(bytes) {
                    batch.take(session: request.session).map(deliver)
                }
                if batch.append(bytes, of: lane) { return }
            }
            switch PerfRecord(bytes, hasCounts: hasCounts) {
            case .sample(let sample):
                // Events that have been replaced since are nobody's any more.
                guard let (group, member) = lane.origin(of: sample) else { return }
                switch member {
                case .counter(let index):
                    add(sample, group, index)
                case nil:
                    add(sample, group, nil)
                case .timeout:
                    flush()
                    group.noteTimeout()
                    var event = event(set: group.program.id, .timeout)
                    event.time = sample.time
                    deliver(event)
                }
            case .lost(let id, let count):
                flush()
                lostInRecords += count
                let set = lane.member(id: id)?.group.program.id ?? 0
                reportLost(lostInRecords, set: set, deliver)
            case .throttled:
                flush()
                deliver(event(set: running ?? 0, .throttled(cpu: Int(max(lane.opening.cpu, 0)))))
            case .process(let kind, let time):
                flush()
                var event = event(set: running ?? 0, kind)
                event.time = time
                deliver(event)
            case nil:
                break
            }
        }
        lane.output.drain(take)
        // The first sample of an event wakes us before the kernel has written the others.
        while let open = pending, open.mayGrow { lane.output.drain(take) }
        flush()
    }

    /// Takes note that the tracer has seen the thread stand at an overflow.
    func collectHeld(_ deliver: (BackendEvent) -> Void) {
        collectSamples(deliver)
        hold?.stand().forEach(deliver)
    }

    /// Reports what exceeds the lost samples reported so far.
    private func reportLost(_ total: UInt64, set: UInt16, _ deliver: (BackendEvent) -> Void) {
        guard total > lostReported else { return }
        deliver(event(set: set, .lost(count: total - lostReported)))
        lostReported = total
    }
}

extension PerfLane {
    /// The set that a sample belongs to, and the event that overflowed, if the sample tells. A
    /// sample with counts names its set by them; its own number may be another event's.
    func origin(of sample: PerfSample) -> (group: PerfGroup, member: PerfGroup.Member?)? {
        guard !sample.counts.values.isEmpty else {
            return member(id: sample.event).map { ($0.group, $0.member) }
        }
        return groups.first { $0.gateID == sample.counts.gateID }
            .map { ($0, $0.member(id: sample.event)) }
    }

    /// The event that the kernel knows by a number, with its set; nil when it is none of them.
    func member(id: UInt64) -> (group: PerfGroup, member: PerfGroup.Member)? {
        for group in groups {
            if let member = group.member(id: id) { return (group, member) }
        }
        return nil
    }
}
