@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

/// Random commands while every call takes time. What then happens is no longer predictable to the
/// nanosecond, but some things must hold after each command.
@Suite struct BusyTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func nothingIsForgottenOnAHurriedPmu(seed: UInt64) throws {
        var options = EngineOptions()
        options.timeoutTick = 100
        options.lockedMemory = unlimitedOptions().lockedMemory
        let fixture = try EngineFixture(
            options: options,
            generator: SeededGenerator(seed: seed),
            cost: seed % 97
        )
        var generator = ReferenceGenerator(seed: seed, switches: true, isPeriodic: true)
        var steps = 0
        for step in generator.steps(150) where step.context == 0 {
            switch step.command {
            case .unload, .remove, .endThread, .pause, .setFlags: continue
            default: break
            }
            let context = fixture.engine.context("c0")
            _ = fixture.run(step.command, on: context, named: "c0")
            guard let context else { continue }
            steps += 1
            if step.readsAll { _ = try context.readCounters() }
            let left = forgotten(context, fixture)
            #expect(left == [], "seed \(seed), step \(steps): \(step)")
            guard left.isEmpty else { return }
            #expect(
                try countsWhenItShould(context, fixture),
                "seed \(seed), step \(steps): \(step)"
            )
        }
        #expect(steps > 50)
    }

    /// PMDs that have wrapped although they began below 2^64, and about which nothing is going to
    /// be done.
    private func forgotten(_ context: Context, _ fixture: EngineFixture) -> [String] {
        let cost = fixture.busy?.cost ?? 0
        fixture.busy?.cost = 0
        defer { fixture.busy?.cost = cost }
        fixture.engine.drain()
        var left = wrapped(context)
        // What is past its target when it is armed is told of at its next event.
        for _ in 0..<Self.longestPeriod where !left.isEmpty {
            fixture.pass(1)
            left = wrapped(context)
        }
        return left
    }

    /// Nanoseconds within which most events of the simulated program happen once.
    private static let longestPeriod = 2000

    private func wrapped(_ context: Context) -> [String] {
        guard context.isAttached else { return [] }
        return context.sets.flatMap { set in
            set.counters.compactMap { number, counter in
                guard counter.value < 1 << 63, counter.lastResetValue >= 1 << 63,
                    let program = set.program?.counters.first(where: { $0.pmd == number }),
                    !program.isUnemulated,
                    !set.pendingResets.contains(number)
                else { return nil }
                let isKnown = set.lateOverflow != nil && set.pendingOverflows.contains(number)
                let waits = !context.isCounting || set.id != context.activeSetID
                return isKnown && waits ? nil : "set \(set.id) pmd\(number)"
            }
        }
    }

    /// Whether the hardware runs exactly while the context counts.
    private func countsWhenItShould(_ context: Context, _ fixture: EngineFixture) throws -> Bool {
        let cost = fixture.busy?.cost ?? 0
        fixture.busy?.cost = 0
        defer { fixture.busy?.cost = cost }
        func activity() throws -> (time: UInt64, events: UInt64) {
            _ = try context.readCounters()
            let statistics = fixture.engine.statistics[0]
            return (
                context.sets.reduce(0) { $0 + $1.timeEnabled },
                statistics.overflowsAll + statistics.timeoutsHandled
            )
        }
        let before = try activity()
        let isCounting = context.isCounting
        fixture.pass(1)
        let after = try activity()
        guard after.events == before.events else { return true }
        return after.time - before.time == (isCounting ? 1 : 0)
    }
}
