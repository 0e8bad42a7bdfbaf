internal import CPerfEvent
internal import PerfmonEngine
internal import PerfmonModel

/// Sample records of one set on their way into a batch for the engine.
struct PerfBatch {
    private var batch = SampleBatch()
    private(set) var group: PerfGroup?
    /// Bits of the counters that count in kernel mode, whose places there are no secret.
    private var kernelCounters: UInt64 = 0
    /// Bits of the counters that overflow.
    private var samplers: UInt64 = 0
    /// The kernel's number of the event of the last sample, and its counter.
    private var lastEvent: UInt64 = 0
    private var lastCounter = 0

    /// When the last overflow happened.
    var time: UInt64 { batch.records.last?.time ?? 0 }

    /// Takes a record in, if it is the overflow of a counter of the batch's set.
    ///
    /// - Parameter bytes: the whole record.
    /// - Returns: false when it is something else, or of another set: then the batch is to be
    ///   handed over first.
    mutating func append(_ bytes: UnsafeRawBufferPointer, of lane: PerfLane) -> Bool {
        guard bytes.count >= 48, bytes.loadUnaligned(as: UInt32.self) == PERF_RECORD_SAMPLE.rawValue
        else { return false }
        func word(_ offset: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        guard let counter = counter(of: word(8), in: lane), let group else { return false }
        var end = 48
        let hasCounts = !lane.opening.isFamily
        if hasCounts {
            let members = Int(truncatingIfNeeded: word(48) & 0xffff)
            guard members == group.memberCount,
                bytes.count >= 48 + PerfGroupCounts.size(members: members)
            else { return false }
            end += PerfGroupCounts.size(members: members)
        }
        var record = SampleBatch.Record(
            time: word(32),
            ip: word(16),
            pid: bytes.loadUnaligned(fromByteOffset: 24, as: Int32.self),
            tid: bytes.loadUnaligned(fromByteOffset: 28, as: Int32.self),
            cpu: Int32(truncatingIfNeeded: word(40)),
            chainCount: 0,
            chainStart: batch.chains.count,
            counters: 1 << UInt64(counter)
        )
        if bytes.count >= end + 8 { appendChain(bytes, at: end, to: &record) }
        if record.counters & kernelCounters == 0 { hideKernel(in: &record) }
        if hasCounts {
            appendCounts(bytes, of: group)
            if merge(record) { return true }
        }
        batch.records.append(record)
        return true
    }

    /// The event for the engine; nil when there is nothing in the batch. It is empty afterwards.
    mutating func take(session: UInt64) -> BackendEvent? {
        guard let group, !batch.records.isEmpty else { return nil }
        batch.sort()
        let event = BackendEvent(
            session: session,
            set: group.program.id,
            time: time,
            kind: .samples(batch)
        )
        let capacity = batch.records.count
        batch = SampleBatch()
        batch.records.reserveCapacity(capacity)
        self.group = nil
        lastEvent = 0
        return event
    }

    private mutating func counter(of event: UInt64, in lane: PerfLane) -> Int? {
        if event == lastEvent, lastEvent != 0 { return lastCounter }
        guard let (found, member) = lane.member(id: event), case .counter(let index) = member,
            group == nil || group?.program.id == found.program.id
        else { return nil }
        if group == nil {
            batch.width = lane.opening.isFamily ? 0 : found.program.counters.count
            kernelCounters = found.program.counters.indices.reduce(0) {
                found.program.counters[$1].selection.countsKernel ? $0 | 1 << UInt64($1) : $0
            }
            samplers = found.program.counters.indices.reduce(0) {
                found.program.counters[$1].distance != nil ? $0 | 1 << UInt64($1) : $0
            }
        }
        group = found
        lastEvent = event
        lastCounter = index
        return index
    }

    private mutating func appendCounts(_ bytes: UnsafeRawBufferPointer, of group: PerfGroup) {
        func word(_ index: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: 48 + 8 * index, as: UInt64.self)
        }
        for index in 0..<batch.width {
            batch.raw.append(word(3 + 3 * (index + 1)) &+ group.carriedCount(index))
        }
        batch.timeEnabled = word(1) &+ group.carriedTimes.enabled
        batch.timeRunning = word(2) &+ group.carriedTimes.running
    }

    /// Makes one overflow of two counters that reached their distance at the same event: the kernel
    /// writes one sample after the other, each with its own time. It was the same event when the
    /// place is the same and no counter of the first overflow has gone on since.
    ///
    /// Of a software event the later samples repeat the event's number and the time of the first
    /// (`PerfOverflow`). Then it is the counter that has gone on in between, if it is one alone.
    ///
    /// - Returns: whether the record, whose counts are there already, was taken into the last one.
    private mutating func merge(_ record: SampleBatch.Record) -> Bool {
        guard let last = batch.records.last, last.ip == record.ip, last.tid == record.tid,
            last.cpu == record.cpu, record.time &- last.time < 100_000
        else { return false }
        let isRepetition = last.counters & record.counters != 0
        guard !isRepetition || last.time == record.time else { return false }
        let new = batch.raw.count - batch.width
        let old = new - batch.width
        for index in 0..<batch.width where last.counters >> UInt64(index) & 1 != 0 {
            guard batch.raw[old + index] == batch.raw[new + index] else { return false }
        }
        var counters = record.counters
        if isRepetition {
            counters = (0..<batch.width).reduce(0) {
                batch.raw[old + $1] != batch.raw[new + $1] ? $0 | 1 << UInt64($1) : $0
            }
            counters &= samplers
            if counters.nonzeroBitCount > 1 { counters = 0 }
        }
        for index in 0..<batch.width { batch.raw[old + index] = batch.raw[new + index] }
        batch.raw.removeLast(batch.width)
        batch.chains.removeLast(batch.chains.count - record.chainStart)
        batch.records[batch.records.count - 1].counters |= counters
        return true
    }

    private mutating func appendChain(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        to record: inout SampleBatch.Record
    ) {
        let told = Int(clamping: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let count = min(told, (bytes.count - offset) / 8 - 1)
        for index in 0..<max(count, 0) {
            let address = bytes.loadUnaligned(
                fromByteOffset: offset + 8 + 8 * index,
                as: UInt64.self
            )
            // The highest addresses are marks; the place itself begins the chain.
            guard address < UInt64(bitPattern: -4095) else { continue }
            if record.chainCount == 0, address == record.ip, index < 2 { continue }
            batch.chains.append(address)
            record.chainCount += 1
        }
    }

    /// Half of the addresses are the kernel's, and secret to those who may not look into it. Where
    /// the thread entered the kernel is none.
    private mutating func hideKernel(in record: inout SampleBatch.Record) {
        let end = record.chainStart + Int(record.chainCount)
        let users = batch.chains[record.chainStart..<end].drop { $0 >> 63 != 0 }
        record.chainStart = users.startIndex
        record.chainCount = Int32(users.count)
        guard record.ip >> 63 != 0 else { return }
        record.ip = 0
        if record.chainCount > 0 {
            record.ip = batch.chains[record.chainStart]
            record.chainStart += 1
            record.chainCount -= 1
        }
    }
}
