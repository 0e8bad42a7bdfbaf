import CPerfEvent
import Glibc
import LinuxSupport
import PerfmonModel
import SystemPackage
import Testing

@testable import PerfBackend
@testable import PerfmonEngine

extension PerfTests {
    /// Random sequences on real page faults, beside a small model (`FaultModel`) and an event of the
    /// test's own that nobody ever touches.
    ///
    /// `PFMFS_FAULT_RUNS=5000` makes a longer run, `PFMFS_FAULT_SEED=N` starts it at another seed;
    /// with `PFMFS_FAULT_RUNS=1` it repeats that one.
    @Suite(.disabled(if: isSanitized, "the sanitizer faults pages too"))
    struct FaultModelTests {
        private static func setting(_ name: String, _ standard: UInt64) -> UInt64 {
            getenv(name).flatMap { UInt64(String(cString: $0)) } ?? standard
        }

        @Test func realFaultsAreCountedAsTheModelDoes() throws {
            let first = Self.setting("PFMFS_FAULT_SEED", 1)
            let runs = Self.setting("PFMFS_FAULT_RUNS", 30)
            let worker = Worker()
            // Its stack is there from now on.
            worker.run { Deed.touch(pages: 64) }
            var seen = FaultRun.Tally()
            for seed in first..<first + runs {
                var run = try FaultRun(seed, worker)
                let fault = try run.play()
                seen.add(run.tally)
                guard let fault else { continue }
                Issue.record("seed \(seed): \(fault)\n\(run.steps.joined(separator: "\n"))")
                return
            }
            // A run in which little happens would prove little.
            guard runs >= 30 else { return }
            #expect(seen.samples > runs * 5)
            #expect(seen.maskings > runs)
            #expect(seen.switches > runs)
            #expect(seen.writes > runs)
        }
    }
}

/// One random sequence.
struct FaultRun {
    struct Tally {
        var samples: UInt64 = 0
        var maskings: UInt64 = 0
        var switches: UInt64 = 0
        var writes: UInt64 = 0

        mutating func add(_ other: Tally) {
            samples += other.samples
            maskings += other.maskings
            switches += other.switches
            writes += other.writes
        }
    }

    private enum Kind: UInt64, CaseIterable {
        /// Overflows mask until a restart.
        case masking
        /// Overflows fill a buffer.
        case sampling
        /// Overflows of two sets that take turns.
        case switching
    }

    private let worker: Worker
    private let engine: Engine
    private let context: Context
    private var generator: SeededGenerator
    private let kind: Kind
    private let faults: EventReference
    private(set) var steps: [String] = []
    private(set) var tally = Tally()
    private var model = FaultModel([])
    /// Samples that were compared so far.
    private var compared = 0
    private var missed: UInt64 = 0

    init(_ seed: UInt64, _ worker: Worker) throws {
        self.worker = worker
        generator = SeededGenerator(seed: seed)
        kind = Kind.allCases[Int(generator.next() % 3)]
        var options = EngineOptions()
        options.cpuCount = 4
        options.limits.notifications.total = 1_000_000_000
        engine = Engine(backend: try PerfBackend(), options: options)
        context = try engine.createContext("c", by: root)
        faults = try EventReference(of: worker.tid)
    }

    /// - Returns: where engine and model differ; nil when they do not.
    mutating func play() throws -> String? {
        defer { engine.removeContext(context) }
        switch kind {
        case .masking: return try playMasking()
        case .sampling: return try playSampling()
        case .switching: return try playSwitching()
        }
    }

    private mutating func below(_ bound: UInt64) -> UInt64 { generator.next() % bound }

    private mutating func chance(_ one: UInt64) -> Bool { below(one) == 0 }

    /// Periods of all sizes, most of them short.
    private mutating func period() -> UInt64 {
        switch below(4) {
        case 0: 1 + below(20)
        case 1: 20 + below(100)
        case 2: 100 + below(500)
        default: 500 + below(3000)
        }
    }

    private mutating func note(_ text: String) { steps.append("  \(text)") }

    private func write(
        _ pmd: Int,
        set: UInt16 = 0,
        _ change: (inout CounterSettings) -> Void
    ) throws {
        var settings = CounterSettings()
        change(&settings)
        try context.writePmd(pmd, set: set, settings)
    }

    private static let pageFaults = generic(2)
    private static let minorFaults = generic(5)

    private static func generic(_ number: UInt64) -> UInt64 {
        SelectorBits.generic | SelectorBits.enable | SelectorBits.interrupt | SelectorBits.user
            | SelectorBits.kernel | 2 << 32 | number
    }

    // MARK: - Masking

    /// Counters of which any may overflow and mask, at exactly the fault at which it is due.
    private mutating func playMasking() throws -> String? {
        for pmd in 0..<3 {
            let countsEnds = chance(3)
            let long = period()
            let start = period()
            try context.writePmc(
                pmd,
                set: 0,
                value: countsEnds ? Self.minorFaults : Self.pageFaults
            )
            try write(pmd) {
                $0.value = 0 &- start
                $0.longReset = 0 &- long
                $0.shortReset = 0 &- long
                $0.flags = .overflowNotify
            }
            model.counters.append(
                FaultModel.Counter(
                    value: 0 &- start,
                    shortReset: 0 &- long,
                    longReset: 0 &- long,
                    notifies: true,
                    lastReset: 0 &- start,
                    countsEnds: countsEnds
                )
            )
            note("pmd\(pmd) \(countsEnds ? "minor-faults" : "page-faults") -\(start) -\(long)")
        }
        try context.load(on: .thread(worker.tid), by: root)
        for _ in 0..<20 {
            try stepMasking()
            if let fault = try differenceOfValues() { return fault }
        }
        tally.maskings += UInt64(model.maskings)
        return nil
    }

    private mutating func stepMasking() throws {
        switch below(8) {
        case 0 where context.state == .masked, 1 where context.state == .masked,
            2 where context.state == .masked, 3 where context.state == .masked:
            note("restart")
            try context.restart()
            model.restart()
        case 0:
            note(model.isStarted ? "stop" : "start")
            guard context.state == .loaded else { return }
            if model.isStarted { try context.stop() } else { try context.start() }
            model.isStarted.toggle()
        case 1:
            let pmd = Int(below(3))
            let start = period()
            note("pmd\(pmd) = -\(start)")
            // A thread that is on a CPU is told of its new period some events late.
            worker.waitUntilAsleep()
            try write(pmd) { $0.value = 0 &- start }
            model.counters[pmd].write(0 &- start)
            tally.writes += 1
        case 2 where !model.isStarted && !model.isMasked:
            note("start")
            try context.start()
            model.isStarted = true
        default:
            let pages = Int(below(3) == 0 ? below(2000) : below(100))
            let before = faults.count
            worker.run { Deed.touch(pages: pages) }
            engine.drain()
            let happened = faults.count - before
            note("\(happened) faults")
            for _ in 0..<happened { model.countMasking() }
        }
    }

    private func differenceOfValues() throws -> String? {
        engine.drain()
        guard (context.state == .masked) == model.isMasked else {
            return "engine \(context.state), model \(model.isMasked ? "masked" : "not masked")"
        }
        for (pmd, expected) in model.counters.enumerated() {
            let counter = try context.readPmd(pmd, set: 0)
            guard counter.value == expected.value else {
                return "pmd\(pmd) \(Int64(bitPattern: counter.value)), model "
                    + "\(Int64(bitPattern: expected.value))"
            }
            guard counter.counted == expected.counted else {
                return "pmd\(pmd) counted \(counter.counted), model \(expected.counted)"
            }
        }
        return nil
    }

    // MARK: - Sampling

    /// A counter that is sampled at random, one that only counts, one that is written all the time.
    private mutating func playSampling() throws -> String? {
        let short = period()
        let start = chance(2) ? short : period()
        let mask = chance(3) ? 0 : (UInt64(1) << below(8)) - 1
        for pmd in 0..<3 { try context.writePmc(pmd, set: 0, value: Self.pageFaults) }
        try write(0) {
            $0.value = 0 &- start
            $0.shortReset = 0 &- short
            $0.longReset = 0 &- short
            $0.randomMask = mask
            $0.flags = .random
            $0.sampledPmds = [1]
        }
        try write(1) { $0.value = 0 }
        try write(2) { $0.value = 0 }
        model = FaultModel([
            FaultModel.Counter(
                value: 0 &- start,
                shortReset: 0 &- short,
                longReset: 0 &- short,
                randomMask: mask,
                lastReset: 0 &- start
            ),
            FaultModel.Counter(value: 0, shortReset: 0, longReset: 0, lastReset: 0),
            FaultModel.Counter(value: 0, shortReset: 0, longReset: 0, lastReset: 0),
        ])
        note("pmd0 -\(start) -\(short) mask \(mask)")
        try context.setFormat("default", ["buf_size": 4 << 20], by: root)
        try context.load(on: .thread(worker.tid), by: root)
        for _ in 0..<12 {
            if let fault = try stepSampling() { return fault }
        }
        tally.samples += UInt64(compared)
        return nil
    }

    private mutating func stepSampling() throws -> String? {
        switch below(6) {
        case 0:
            note(model.isStarted ? "stop" : "start")
            if model.isStarted { try context.stop() } else { try context.start() }
            model.isStarted.toggle()
        case 1:
            // Between two faults, in a set that counts.
            let start = period()
            note("pmd0 = -\(start)")
            try write(0) { $0.value = 0 &- start }
            // What the kernel had not told yet was handled first.
            if let fault = try compareSamples(before: 0, write: 0 &- start) { return fault }
            tally.writes += 1
        default:
            let pages = Int(below(4000))
            let before = faults.count
            let isBusy = chance(2)
            let done = Monitor(false)
            worker.begin {
                Deed.touch(pages: pages)
                done.withLock { $0 = true }
            }
            while !done.withLock({ $0 }) {
                engine.drain()
                // Writes to another register change nothing for those that are compared.
                if isBusy { try write(2) { $0.value = 0 } } else { usleep(200) }
            }
            engine.drain()
            let happened = faults.count - before
            note("\(happened) faults\(isBusy ? ", with writes" : "")")
            return try compareSamples(before: happened)
        }
        return nil
    }

    /// Follows the stored samples, then the rest of the faults.
    ///
    /// - Parameter write: what pmd0 was given behind them; nil: nothing.
    private mutating func compareSamples(
        before happened: UInt64,
        write: UInt64? = nil
    ) throws -> String? {
        let total = model.counters[1].value + (model.isStarted ? happened : 0)
        let samples = context.sampling.map(Self.samples) ?? []
        for index in compared..<max(compared, samples.count) {
            let sample = samples[index]
            if let fault = model.sample(
                of: 0,
                lastReset: sample.lastReset,
                period: sample.period,
                witness: 1,
                value: sample.values[0]
            ) {
                return "sample \(index): \(fault)"
            }
            missed += model.missed(0)
            if write != nil, index + 1 == samples.count { break }
            let next =
                index + 1 < samples.count
                ? samples[index + 1].lastReset : try context.readPmd(0, set: 0).lastResetValue
            if let fault = model.reset(0, to: next) { return "sample \(index): \(fault)" }
        }
        compared = max(compared, samples.count)
        while model.counters[1].value < total { model.count() }
        if let write { model.counters[0].write(write) }
        for pmd in 0..<2 {
            let counter = try context.readPmd(pmd, set: 0)
            guard counter.value == model.counters[pmd].value else {
                return "pmd\(pmd) \(Int64(bitPattern: counter.value)), model "
                    + "\(Int64(bitPattern: model.counters[pmd].value))"
            }
            guard counter.counted == model.counters[pmd].counted else {
                return "pmd\(pmd) counted \(counter.counted), model \(model.counters[pmd].counted)"
            }
        }
        guard context.sampling?.lost == missed else {
            return "\(context.sampling?.lost ?? 0) lost, model \(missed)"
        }
        let readings = try context.readCounters()
        guard readings.allSatisfy({ $0.quality != .partial && $0.quality != .scaled }) else {
            return "\(readings)"
        }
        return nil
    }

    private static func samples(_ sampling: Sampling) -> [Sample] {
        var cursor = SampleCursor()
        var sample = Sample()
        var result: [Sample] = []
        while sampling.format.next(&cursor, &sample) { result.append(sample) }
        return result
    }

    // MARK: - Switching

    /// Two sets that take turns at their overflows: every fault belongs to one of them.
    private mutating func playSwitching() throws -> String? {
        try context.createSet(1)
        var periods: [UInt64] = []
        for set in [0, 1] as [UInt16] {
            let events = period()
            periods.append(events)
            try context.changeSet(set, SetSettings(flags: .overflowSwitch))
            try context.writePmc(0, set: set, value: Self.pageFaults)
            try context.writePmc(1, set: set, value: Self.pageFaults)
            try write(0, set: set) {
                $0.value = 0 &- events
                $0.shortReset = 0 &- events
                $0.longReset = 0 &- events
                $0.switchCount = 1
            }
            try write(1, set: set) { $0.value = 0 }
            note("set \(set) -\(events)")
        }
        try context.load(on: .thread(worker.tid), by: root)
        try context.start()
        var total: UInt64 = 0
        for _ in 0..<6 {
            let pages = Int(below(4000))
            let before = faults.count
            let done = Monitor(false)
            worker.begin {
                Deed.touch(pages: pages)
                done.withLock { $0 = true }
            }
            while !done.withLock({ $0 }) { engine.drain() }
            engine.drain()
            total += faults.count - before
            note("\(faults.count - before) faults")
            var sum: UInt64 = 0
            for set in [0, 1] as [UInt16] {
                let counted = try context.readPmd(1, set: set).counted
                let sampler = try context.readPmd(0, set: set)
                guard sampler.counted == counted else {
                    return "set \(set): \(sampler.counted) and \(counted) of the same event"
                }
                sum += counted
                let runs = try context.information(ofSet: set).runs
                tally.switches += 1
                let left = set == context.activeSetID ? runs - 1 : runs
                guard counted >= left * periods[Int(set)] else {
                    return
                        "set \(set): \(counted) faults in \(left) periods of \(periods[Int(set)])"
                }
            }
            guard sum == total else { return "\(sum) faults in both sets, model \(total)" }
        }
        return nil
    }
}

/// Page faults of a thread, by an event that nothing else belongs to.
final class EventReference {
    private let event: OwnedDescriptor

    init(of tid: Int32) throws {
        var attr = PerfOpening.dummy
        attr.config = UInt64(PERF_COUNT_SW_PAGE_FAULTS.rawValue)
        attr.exclude_kernel = 0
        event = try PerfEventFile.open(attr, tid: tid, cpu: -1)
    }

    var count: UInt64 {
        var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
        let got = withUnsafeMutableBytes(of: &words) {
            read(event.raw, $0.baseAddress, $0.count)
        }
        return got == 48 ? words.3 : 0
    }
}
