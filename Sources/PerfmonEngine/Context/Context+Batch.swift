internal import PerfmonModel

/// Overflows that come many at a time. Between two of them nothing is halted and no register is
/// armed: the hardware begins each period anew by itself.
extension Context {
    /// Handles the overflows of a batch, as `handleOverflow` would one after the other.
    func handle(_ batch: SampleBatch, set id: UInt16) {
        guard let last = batch.records.last, let set = set(id), let program = set.program else {
            return
        }
        guard sampling != nil, engine.controls.debugOverflow == 0,
            batch.width == 0 || isSteady(set)
        else { return handleSingly(batch, set, program) }
        guard isCounting, id == activeSetID else { return drop(batch.records[...], program) }
        attachment?.lastPlace = batch.place(of: last)
        let began = engine.now
        var run = BatchRun(set, program, followsOthers: batch.width == 0)
        let end = run.store(batch, in: self, set)
        run.finish(batch, set)
        if let missed = run.missed { loseSamples(missed, cpu: Int(last.cpu)) }
        if let overflowed = run.lastOverflowed {
            set.overflowedPmds = RegisterSet(program.pmds(of: overflowed))
        }
        let spent = engine.now &- began
        engine.count(on: Int(last.cpu), \.formatNanoseconds, spent)
        engine.count(on: Int(last.cpu), \.overflowNanoseconds, spent)
        engine.sampled(in: self)
        guard let filled = run.filledBy else { return }
        engine.count(on: Int(filled.cpu), \.buffersFilled)
        drop(batch.records[end...], program)
        becomeMasked(set, by: filled, control: run.control, batch, program)
    }

    /// Whether every register that overflows begins anew where the hardware does by itself.
    private func isSteady(_ set: EventSet) -> Bool {
        set.counters.values.allSatisfy { counter in
            guard case .at(let target?) = counter.armed else { return true }
            return target.period == counter.steadyPeriod && target.period != nil
        }
    }

    private func handleSingly(_ batch: SampleBatch, _ set: EventSet, _ program: SetProgram) {
        for (index, record) in batch.records.enumerated() {
            let row = index * batch.width
            handleOverflow(
                pmds: program.pmds(of: record.counters),
                snapshot: Snapshot(
                    raw: Array(batch.raw[row..<row + batch.width]),
                    timeEnabled: batch.timeEnabled,
                    timeRunning: batch.timeRunning,
                    time: record.time
                ),
                place: batch.place(of: record),
                set: set.id,
                time: record.time
            )
        }
    }

    private func drop(_ records: ArraySlice<SampleBatch.Record>, _ program: SetProgram) {
        for record in records {
            engine.count(on: Int(record.cpu), \.overflowsAll)
            dropSamples(program.pmds(of: record.counters), cpu: Int(record.cpu))
        }
    }
}

extension SetProgram {
    /// The PMDs of some of the set's counters, in ascending order.
    package func pmds(of bits: UInt64) -> [Int] {
        counters.indices.compactMap { bits >> UInt64($0) & 1 != 0 ? counters[$0].pmd : nil }
    }
}

/// What a batch needs of a set's counters, out of the dictionary that has them otherwise.
private struct BatchRun {
    /// One counter of the set's program.
    struct Cell {
        let pmd: Int
        let shortReset: UInt64
        let eventID: UInt64
        let sampled: RegisterSet
        /// The registers of `sampled`: an index of a cell, or a value that nothing counts.
        let sources: [Source]
        /// Cells that are reset when this one overflows, itself included.
        let resets: [Int]
        var count: VirtualCount
        var lastReset: UInt64
        /// A reset of the batch has moved the value.
        var isReset = false
    }

    enum Source {
        case cell(Int)
        case value(UInt64)
    }

    private var cells: [Cell]
    /// Every thread overflows by itself, and the counters count for all of them.
    private let followsOthers: Bool
    /// The overflow that filled the buffer, and what the format wants done about it.
    private(set) var filledBy: SampleBatch.Record?
    private(set) var control: OverflowControl = []
    /// The last overflow that was stored; -1: none.
    private var lastStored = -1
    /// Overflows that were passed unseen between two that were seen.
    private var passed: UInt64 = 0
    var missed: UInt64? { passed > 0 ? passed : nil }
    /// The counters of the last overflow that was handled.
    private(set) var lastOverflowed: UInt64?

    init(_ set: EventSet, _ program: SetProgram, followsOthers: Bool) {
        self.followsOthers = followsOthers
        let pmds = program.counters.map(\.pmd)
        cells = program.counters.enumerated().map { index, program in
            let counter = set.counters[program.pmd] ?? CounterState()
            return Cell(
                pmd: program.pmd,
                shortReset: counter.shortReset,
                eventID: counter.eventID,
                sampled: counter.sampledPmds,
                sources: counter.sampledPmds.map { number in
                    pmds.firstIndex(of: number).map { .cell($0) }
                        ?? .value(set.counters[number]?.value ?? 0)
                },
                resets: [index] + counter.resetPmds.compactMap { pmds.firstIndex(of: $0) },
                count: counter.count,
                lastReset: counter.lastResetValue
            )
        }
    }

    /// Hands the overflows to the format, until its buffer is full.
    ///
    /// - Returns: the index behind the last overflow that was handled.
    mutating func store(_ batch: SampleBatch, in context: Context, _ set: EventSet) -> Int {
        guard let sampling = context.sampling else { return 0 }
        var tally = Tally(cpu: Int(batch.records.first?.cpu ?? 0))
        defer { tally.add(to: context.engine) }
        for (index, record) in batch.records.enumerated() {
            if Int(record.cpu) != tally.cpu {
                tally.add(to: context.engine)
                tally = Tally(cpu: Int(record.cpu))
            }
            tally.overflows += 1
            guard record.time > set.haltedAt else {
                let count = UInt64(record.counters.nonzeroBitCount)
                sampling.droppedWhenMasked += count
                tally.dropped += count
                continue
            }
            tally.processed += 1
            lastStored = index
            lastOverflowed = record.counters
            count(batch, index)
            sampling.processes?.see(thread: record.tid, of: record.pid)
            let calls = hand(record, of: batch, to: sampling, set.id)
            tally.calls += calls
            let rest = UInt64(record.counters.nonzeroBitCount) - calls
            sampling.droppedWhenMasked += rest
            tally.dropped += rest
            if control.contains(.mask) {
                filledBy = record
                return index + 1
            }
            if !followsOthers {
                reset(record.counters)
                tally.resets += 1
            }
        }
        return batch.records.count
    }

    /// Writes back what became of the counters.
    func finish(_ batch: SampleBatch, _ set: EventSet) {
        guard !followsOthers, lastStored >= 0 else { return }
        for cell in cells {
            set.counters.update(cell.pmd) { state in
                state.count = cell.count
                guard cell.isReset else { return }
                state.lastResetValue = cell.lastReset
                state.noteReloaded()
            }
            if cell.isReset { set.forgetOverflow(of: cell.pmd) }
        }
        // The times are those of the last overflow, which may have been left out.
        if lastStored == batch.records.count - 1 {
            set.foldTimes(enabled: batch.timeEnabled, running: batch.timeRunning)
        }
    }

    private mutating func count(_ batch: SampleBatch, _ index: Int) {
        let row = index * batch.width
        for column in 0..<batch.width {
            _ = cells[column].count.take(raw: batch.raw[row + column])
        }
    }

    /// Hands the counters of one overflow over in ascending order, until there is no more room.
    private mutating func hand(
        _ record: SampleBatch.Record,
        of batch: SampleBatch,
        to sampling: Sampling,
        _ set: UInt16
    ) -> UInt64 {
        let place = batch.place(of: record)
        var calls: UInt64 = 0
        var bits = record.counters
        while bits != 0 {
            let index = bits.trailingZeroBitCount
            bits &= bits - 1
            guard cells.indices.contains(index) else { continue }
            var count = 0
            for source in cells[index].sources {
                switch source {
                case .cell(let other): sampling.values[count] = cells[other].count.value
                case .value(let value): sampling.values[count] = value
                }
                count += 1
            }
            let answer = sampling.format.handle(
                Overflow(
                    pmd: cells[index].pmd,
                    set: set,
                    lastReset: cells[index].lastReset,
                    late: followsOthers ? 0 : Int64(bitPattern: cells[index].count.value),
                    eventID: cells[index].eventID,
                    sampled: cells[index].sampled,
                    time: record.time,
                    place: place
                ),
                values: UnsafeBufferPointer(start: sampling.values, count: count).span
            )
            calls += 1
            sampling.taken += 1
            control.formUnion(answer.control.intersection([.notify, .mask]))
            if answer.endsEvent { break }
        }
        return calls
    }

    private mutating func reset(_ overflowed: UInt64) {
        var bits = overflowed
        while bits != 0 {
            let index = bits.trailingZeroBitCount
            bits &= bits - 1
            guard cells.indices.contains(index) else { continue }
            countMissed(cells[index])
            for other in cells[index].resets {
                cells[other].count.value = cells[other].shortReset
                cells[other].lastReset = cells[other].shortReset
                cells[other].isReset = true
            }
        }
    }

    private mutating func countMissed(_ cell: Cell) {
        guard cell.count.value < 1 << 63,
            let period = CounterState.distance(from: cell.shortReset), cell.count.value >= period
        else { return }
        passed += cell.count.value / period
    }

    /// What is counted for one CPU.
    private struct Tally {
        let cpu: Int
        var overflows: UInt64 = 0
        var processed: UInt64 = 0
        var calls: UInt64 = 0
        var resets: UInt64 = 0
        var dropped: UInt64 = 0

        init(cpu: Int) {
            self.cpu = cpu
        }

        func add(to engine: Engine) {
            engine.count(on: cpu, \.overflowsAll, overflows)
            engine.count(on: cpu, \.overflowsProcessed, processed)
            engine.count(on: cpu, \.formatCalls, calls)
            engine.count(on: cpu, \.registerResets, resets)
            engine.count(on: cpu, \.samplesDropped, dropped)
        }
    }
}
