internal import CPerfEvent
internal import PerfmonEngine
internal import PerfmonModel

/// Sample records of one set on their way into a batch for the engine.
struct PerfBatch {
    private var batch = SampleBatch()
    private var set: UInt16 = 0
    private var isOpen = false
    /// Bits of the counters that count in kernel mode, whose places there are no secret.
    private var kernelCounters: UInt64 = 0

    /// When the last overflow happened.
    var time: UInt64 { batch.records.last?.time ?? 0 }

    /// Whether an overflow of a set would go to those that are in the batch.
    func takes(_ program: SetProgram) -> Bool { !isOpen || set == program.id }

    /// Takes an overflow in, of the only set that the batch takes.
    ///
    /// - Parameters:
    ///   - bytes: the whole record.
    ///   - counters: bits of the counters that have overflowed.
    ///   - group: whose counts the sample holds; nil when it holds none.
    mutating func append(
        _ bytes: UnsafeRawBufferPointer,
        _ counters: UInt64,
        of program: SetProgram,
        _ group: PerfGroup?
    ) {
        if !isOpen { open(program, hasCounts: group != nil) }
        func word(_ offset: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        var record = SampleBatch.Record(
            time: word(32),
            ip: word(16),
            pid: bytes.loadUnaligned(fromByteOffset: 24, as: Int32.self),
            tid: bytes.loadUnaligned(fromByteOffset: 28, as: Int32.self),
            cpu: Int32(truncatingIfNeeded: word(40)),
            chainCount: 0,
            chainStart: batch.chains.count,
            counters: counters
        )
        let end = 48 + (group.map { PerfGroupCounts.size(members: $0.memberCount) } ?? 0)
        if bytes.count >= end + 8 { appendChain(bytes, at: end, to: &record) }
        if record.counters & kernelCounters == 0 { hideKernel(in: &record) }
        if let group { appendCounts(word, of: group) }
        batch.records.append(record)
    }

    private mutating func open(_ program: SetProgram, hasCounts: Bool) {
        isOpen = true
        set = program.id
        batch.width = hasCounts ? program.counters.count : 0
        kernelCounters = program.counters.indices.reduce(0) {
            program.counters[$1].selection.countsKernel ? $0 | 1 << UInt64($1) : $0
        }
    }

    /// The event for the engine; nil when there is nothing in the batch. It is empty afterwards.
    mutating func take(session: UInt64) -> BackendEvent? {
        guard isOpen, !batch.records.isEmpty else { return nil }
        batch.sort()
        let event = BackendEvent(session: session, set: set, time: time, kind: .samples(batch))
        let capacity = batch.records.count
        batch = SampleBatch()
        batch.records.reserveCapacity(capacity)
        isOpen = false
        return event
    }

    private mutating func appendCounts(_ word: (Int) -> UInt64, of group: PerfGroup) {
        let share = group.shares[group.active]
        for index in 0..<batch.width {
            let member = group.layout.cells[share.cells.lowerBound + index].counting
            batch.raw.append(share.raw(index, word(PerfGroupCounts.offset(ofMember: member))))
        }
        let times = share.times(word(56), word(64))
        batch.timeEnabled = times.enabled
        batch.timeRunning = times.running
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
