internal import Glibc
internal import LinuxSupport
internal import PerfmonEngine

/// From records of the ring to events for the engine.
extension PerfSession {
    /// An event of this session that happened now.
    func event(set: UInt16, _ kind: BackendEvent.Kind) -> BackendEvent {
        BackendEvent(session: request.session, set: set, time: MonotonicClock.now, kind: kind)
    }

    /// Reads the rings empty and tells of the overflows that their samples are. What the receiver says
    /// of one, such as where the counters overflow next, holds for the samples behind it.
    ///
    /// A session that holds its thread keeps them until the thread stands.
    func collectSamples(_ deliver: (BackendEvent) -> Void) {
        var limit = Int.max
        collectSamples(limit: &limit, deliver)
    }

    /// Reads the rings as long as the limit allows.
    ///
    /// - Parameter limit: bytes of records that may be taken; what was taken is subtracted.
    /// - Returns: whether the rings were read empty.
    @discardableResult
    func collectSamples(limit: inout Int, _ deliver: (BackendEvent) -> Void) -> Bool {
        guard !isCollecting, !isDetached else { return true }
        isCollecting = true
        var isEmpty = true
        var batch = PerfBatch()
        for lane in lanes where !isDetached {
            isEmpty = collectSamples(of: lane, &limit, &batch, deliver) && isEmpty
        }
        if !isDetached { batch.take(session: request.session).map(deliver) }
        guard isEmpty else {
            isCollecting = false
            return false
        }
        if running == nil, !isSettled, !isDetached { settle(deliver) }
        isCollecting = false
        guard !isDetached else { return true }
        steer()
        guard let hold, !hold.waiting.isEmpty else { return true }
        // A thread that keeps the signal off runs on for as long as it does. That is asked only
        // when the stop is overdue: the answer takes longer than most stops.
        if hold.isStanding || hasEnded
            || hold.isOverdue && ThreadStatus(ofThread: request.target.tid)?.blocks(SIGTRAP) == true
        {
            hold.takeWaiting().forEach(deliver)
        }
        return true
    }

    /// Returns whether the ring was read empty.
    private func collectSamples(
        of lane: PerfLane,
        _ limit: inout Int,
        _ batch: inout PerfBatch,
        _ deliver: (BackendEvent) -> Void
    ) -> Bool {
        var records: [UInt8] = []
        swap(&records, &backend.records)
        records.removeAll(keepingCapacity: true)
        let isEmpty = lane.output.drain(into: &records, atMost: limit)
        limit -= records.count
        defer { swap(&records, &backend.records) }
        records.withUnsafeBytes { bytes in
            var offset = 0
            // The receiver may detach the session.
            while offset + 8 <= bytes.count, !isDetached {
                let size = Int(bytes.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
                guard size >= 8, offset + size <= bytes.count else { return }
                let record = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size])
                offset += size
                if PerfRecord.isSample(record) {
                    if lane.opening.isFamily {
                        takeOfFamily(record, of: lane, &batch, deliver)
                    } else {
                        take(record, of: lane, &batch, deliver)
                    }
                    continue
                }
                // What is told of a family holds for all lanes, of which only one is read yet.
                if !lane.opening.isFamily { batch.take(session: request.session).map(deliver) }
                takeNews(record, of: lane, deliver)
            }
        }
        return isEmpty
    }

    /// Takes a sample that holds the counts of its group.
    private func take(
        _ bytes: UnsafeRawBufferPointer,
        of lane: PerfLane,
        _ batch: inout PerfBatch,
        _ deliver: (BackendEvent) -> Void
    ) {
        guard bytes.count >= PerfGroupCounts.offset(ofMember: 1) else { return }
        func word(_ offset: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        let gate = word(PerfGroupCounts.offset(ofMember: 0) + 8)
        // Events that have been replaced since are nobody's any more.
        guard let group = lane.groups.first(where: { $0.gateID == gate }),
            word(48) == UInt64(group.memberCount),
            bytes.count >= 48 + PerfGroupCounts.size(members: group.memberCount)
        else { return }
        var own: Int?
        switch group.member(id: word(8)) {
        case .timeout:
            batch.take(session: request.session).map(deliver)
            group.noteTimeout()
            var event = event(set: group.program.id, .timeout)
            event.time = word(32)
            return deliver(event)
        case .cell(let cell):
            own = cell
        case nil:
            break
        }
        let overflowed = group.judge(own: own) { word(PerfGroupCounts.offset(ofMember: $0)) }
        guard overflowed != 0 else { return }
        if request.isBuffered, hold == nil, group.isSteady {
            if !batch.takes(group.program) {
                batch.take(session: request.session).map(deliver)
                guard !isDetached else { return }
            }
            return batch.append(bytes, overflowed, of: group.program, group)
        }
        batch.take(session: request.session).map(deliver)
        guard !isDetached,
            let sample = PerfSample(UnsafeRawBufferPointer(rebasing: bytes[8...]), hasCounts: true)
        else { return }
        let overflow = PerfOverflow(sample, overflowed, isKnown: own != nil)
            .event(session: request.session, group)
        if let hold {
            hold.waiting.append(overflow)
        } else {
            group.delivered = sample.counts
            deliver(overflow)
            group.delivered = nil
        }
    }

    /// Takes a sample without counts: every thread of a family overflows by itself.
    private func takeOfFamily(
        _ bytes: UnsafeRawBufferPointer,
        of lane: PerfLane,
        _ batch: inout PerfBatch,
        _ deliver: (BackendEvent) -> Void
    ) {
        guard bytes.count >= 48 else { return }
        let id = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        guard let (group, member) = lane.member(id: id), case .cell(let cell) = member else {
            return
        }
        if !batch.takes(group.program) { batch.take(session: request.session).map(deliver) }
        guard !isDetached else { return }
        let counter = UInt64(group.layout.cells[cell].counter)
        batch.append(bytes, 1 << counter, of: group.program, nil)
    }

    private func takeNews(
        _ bytes: UnsafeRawBufferPointer,
        of lane: PerfLane,
        _ deliver: (BackendEvent) -> Void
    ) {
        switch PerfRecord(bytes, hasCounts: false) {
        case .lost(let id, let count):
            lostInRecords += count
            let set = lane.member(id: id)?.group.program.id ?? 0
            if lane.opening.isFamily { reportLost(lostInRecords, set: set, deliver) }
        case .throttled(let id):
            var slowed: (set: UInt16, pmd: Int)?
            if let (group, member) = lane.member(id: id), case .cell(let number) = member {
                let cell = group.layout.cells[number]
                let program = group.programs[cell.set]
                slowed = (program.id, program.counters[cell.counter].pmd)
            }
            let cpu = Int(max(lane.opening.cpu, 0))
            deliver(
                event(set: slowed?.set ?? running ?? 0, .throttled(cpu: cpu, pmd: slowed?.pmd))
            )
        case .process(let kind, let time):
            var event = event(set: running ?? 0, kind)
            event.time = time
            deliver(event)
        case .sample, nil:
            break
        }
    }

    /// Tells of the overflows that a set has passed when it was halted, and of which no sample tells
    /// any more.
    private func settle(_ deliver: (BackendEvent) -> Void) {
        isSettled = true
        guard holdsSamples else { return }
        guard !opening.inherit else {
            // The ring tells of lost samples with the next one, and none is to come.
            let lost = lanes.reduce(UInt64(0)) { sum, lane in
                lane.groups.reduce(sum) { $0 + $1.lost }
            }
            return reportLost(lost, set: request.sets.first?.id ?? 0, deliver)
        }
        for group in lanes.flatMap(\.groups) {
            guard let counts = try? group.counts() else { continue }
            let (untold, lost) = group.passed(counts)
            if lost > 0 { deliver(event(set: group.program.id, .lost(count: lost))) }
            guard untold != 0, !isDetached else { continue }
            let program = group.program
            let time = MonotonicClock.now
            let event = BackendEvent(
                session: request.session,
                set: program.id,
                time: time,
                kind: .overflow(
                    pmds: program.pmds(of: untold),
                    snapshot: group.shares[group.active].snapshot(counts, group.layout, time: time),
                    place: lastPlace
                )
            )
            deliver(event)
        }
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
    /// The event that the kernel knows by a number, with its group; nil when it is none of them.
    func member(id: UInt64) -> (group: PerfGroup, member: PerfGroup.Member)? {
        for group in groups {
            if let member = group.member(id: id) { return (group, member) }
        }
        return nil
    }
}
