@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage

/// The engine and the model side by side.
struct ReferencePair {
    private let fixture: EngineFixture
    private var world: ReferenceWorld
    /// The engine's time-out unit: short, so that short runs see many time-outs.
    private static let tick: UInt64 = 100

    /// Overflows are told late, so spurious ones may come behind them.
    private let isLate: Bool

    /// - Parameter isLate: the engine is told of overflows only at the end of each passage of
    ///   time.
    init(seed: UInt64, isLate: Bool) throws {
        var options = EngineOptions()
        options.timeoutTick = Self.tick
        options.lockedMemory = unlimitedOptions().lockedMemory
        self.isLate = isLate
        fixture = try EngineFixture(
            options: options,
            generator: SeededGenerator(seed: seed),
            cost: isLate ? 0 : nil
        )
        world = ReferenceWorld(seed: seed, tick: Self.tick)
    }

    /// Runs steps until the two differ.
    ///
    /// - Returns: what is different behind which step; nil when nothing is.
    mutating func difference(_ steps: [ReferenceStep]) throws -> String? {
        for (number, step) in steps.enumerated() {
            if let found = try difference(after: step) {
                return "after step \(number + 1), \(step): \(found)"
            }
        }
        return nil
    }

    /// What happened so far, by the model's account.
    var statistics: [CPUStatistics] { world.statistics }

    private mutating func difference(after step: ReferenceStep) throws -> String? {
        let expected = world.run(step)
        let context = fixture.engine.context("c\(step.context)")
        let got = fixture.run(step.command, on: context, named: "c\(step.context)")
        if got != expected {
            return "engine \(named(got)), model \(named(expected))"
        }
        for slot in world.contexts.keys.sorted() {
            guard let model = world.contexts[slot] else { continue }
            guard let context = fixture.engine.context("c\(slot)") else { return "no c\(slot)" }
            if let found = difference(context, model) { return "c\(slot): \(found)" }
            guard step.readsAll else { continue }
            if let found = try registerDifference(context, model) { return "c\(slot): \(found)" }
        }
        return statisticsDifference()
    }

    private func named(_ refusal: Errno?) -> String {
        refusal.map { "refuses (\($0))" } ?? "accepts"
    }

    /// Compares what can be seen without asking the hardware for counts.
    private func difference(_ context: Context, _ model: ReferenceContext) -> String? {
        var table = Differences()
        table.compare("state", context.state, model.state)
        table.compare("started", context.isStarted, model.isStarted)
        table.compare("target", context.target, model.target)
        table.compare("active set", context.activeSetID, model.activeID)
        table.compare("sets", context.sets.map(\.id), model.sets.map(\.id))
        table.compare("samples", context.referenceSamples, model.buffer?.samples)
        table.compare("messages", context.messages.all.map(\.withoutPlace), model.messages)
        for (set, expected) in zip(context.sets, model.sets) {
            let name = "set \(set.id)"
            table.compare("\(name) runs", set.runs, expected.runs)
            table.compare("\(name) overflowed", Set(set.overflowedPmds), expected.overflowed)
            table.compare("\(name) used pmds", Set(set.usedPmds), Set(expected.pmds.keys))
            for (number, pmd) in expected.pmds {
                let counter = set.counter(number)
                let name = "\(name) pmd\(number)"
                table.compare("\(name) last reset", counter?.lastResetValue, pmd.lastReset)
                table.compare("\(name) switch count", counter?.switchCountLeft, pmd.switchLeft)
            }
        }
        return table.found
    }

    private func registerDifference(
        _ context: Context,
        _ model: ReferenceContext
    ) throws -> String? {
        var table = Differences()
        for set in model.sets {
            let name = "set \(set.id)"
            let information = try context.information(ofSet: set.id)
            let isTimed = set.flags.contains(.timeSwitch)
            table.compare("\(name) flags", information.flags, set.flags)
            table.compare("\(name) time-out", information.timeout, set.timeout)
            table.compare("\(name) left", information.timeoutLeft, isTimed ? set.timeoutLeft : 0)
            table.compare(
                "\(name) active",
                information.activeDuration,
                set.settled + set.sinceStart
            )
            for (number, pmd) in set.pmds {
                let value = try context.readPmd(number, set: set.id).value
                table.compare("\(name) pmd\(number)", value, pmd.value)
            }
        }
        let readings = try context.readCounters()
        let expected = model.readings
        if isLate {
            table.compare(
                "readings",
                readings.map { Reading($0).withoutGaps },
                expected.map(\.withoutGaps)
            )
        } else {
            table.compare("readings", readings.map(Reading.init), expected)
        }
        return table.found
    }

    private static let late = ["ovfl_intr_all_count", "ovfl_intr_spurious_count"]

    private func statisticsDifference() -> String? {
        var table = Differences()
        for (cpu, (got, expected)) in zip(fixture.engine.statistics, world.statistics).enumerated()
        {
            for field in CPUStatistics.fields where !isLate || !Self.late.contains(field.name) {
                let (left, right) = (got[keyPath: field.path], expected[keyPath: field.path])
                table.compare("CPU \(cpu) \(field.name)", left, right)
            }
        }
        table.compare(
            "sessions",
            fixture.engine.threadSessionCount + fixture.engine.systemSessionCount,
            world.contexts.values.count { $0.isAttached }
        )
        return table.found
    }
}

/// What `counters` shows of one PMD, as far as it means something.
struct Reading: Equatable {
    var set: UInt16
    var pmd: Int
    var quality: CountQuality
    var value: UInt64
    var enabled: UInt64
    var running: UInt64

    init(_ reading: CounterReading) {
        set = reading.set
        pmd = reading.pmd
        quality = reading.quality
        value = reading.quality == .notCounted ? 0 : reading.value
        enabled = reading.quality == .notCounted ? 0 : reading.timeEnabled
        running = reading.quality == .notCounted ? 0 : reading.timeRunning
    }

    init(
        _ reading: ReferenceReading,
        ofPmd pmd: Int,
        in set: ReferenceSet,
        hasCounted: Bool
    ) {
        self.set = set.id
        self.pmd = pmd
        let time = reading.enabled + reading.masked
        let isKnown = reading.wasLoaded && hasCounted && (reading.running > 0 || time == 0)
        if !isKnown || set.runs == 0 {
            (quality, value, enabled, running) = (.notCounted, 0, 0, 0)
            return
        }
        (value, enabled, running) = (reading.count, time, reading.running)
        quality = reading.masked > 0 ? .partial : .exact
        if running < reading.enabled {
            quality = .scaled
            // Small counts and times: what overflows here would be the run's fault.
            value = value * enabled / running
        }
    }

    /// The same without the time for which it was masked: that of an overflow that is told late begins
    /// late, unless an event was missed.
    var withoutGaps: Reading {
        var reading = self
        if quality == .partial { reading.quality = .exact }
        if quality != .scaled { reading.enabled = reading.running }
        return reading
    }
}

extension ReferenceContext {
    /// What `counters` should show.
    var readings: [Reading] {
        sets.flatMap { set in
            counters(of: set).compactMap { counter in
                set.pmds[counter.pmd].map {
                    Reading($0.reading, ofPmd: counter.pmd, in: set, hasCounted: hasCounted)
                }
            }
        }
    }
}

extension Message {
    /// The message without its instruction pointer, which no document predicts.
    fileprivate var withoutPlace: Message {
        guard case .overflow(var message) = self else { return self }
        message.ip = 0
        return .overflow(message)
    }
}

/// Collects the first differences of a comparison.
private struct Differences {
    private var lines: [String] = []

    var found: String? { lines.isEmpty ? nil : lines.joined(separator: "; ") }

    mutating func compare<Value: Equatable>(_ name: String, _ got: Value, _ expected: Value) {
        guard got != expected, lines.count < 4 else { return }
        lines.append("\(name): engine \(got), model \(expected)")
    }
}
