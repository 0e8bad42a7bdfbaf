@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

/// Overflows come where the value wraps, also when a distance begins anew in its middle.
@Suite struct OverflowDistanceTests {
    private func times(_ context: Context) -> [UInt64] {
        context.messages.all.compactMap { message in
            guard case .overflow(let overflow) = message else { return nil }
            return overflow.time
        }
    }

    @Test func thePeriodWrittenAgainInItsMiddleBeginsAnew() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(400)
        try fixture.write(context, pmd: 0) { $0.value = period(1000) }
        fixture.pass(999)
        #expect(context.state == .loaded)
        fixture.pass(1)
        #expect(times(context) == [1400])
        #expect(try context.readPmd(0, set: 0).value == 0)
    }

    @Test func theSamePeriodWrittenWhileMaskedBeginsAnew() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "branches"])
        for (pmd, events) in [(0, UInt64(1000)), (1, 500)] {
            try fixture.write(context, pmd: pmd) {
                $0.value = period(events)
                $0.longReset = period(events)
                $0.flags = .overflowNotify
            }
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try fixture.write(context, pmd: 1) { $0.value = period(500) }
        try context.writePmc(2, set: 0, value: 0x53_00c4)
        try context.restart()
        fixture.pass(1000)
        try context.restart()
        fixture.pass(1000)
        try context.restart()
        #expect(times(context) == [1000, 2000, 3000])
        #expect(try context.readPmd(1, set: 0).value == period(100))
    }

    @Test func aResetVectorMovesTheOtherCountersOverflow() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "instructions"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.longReset = period(1000)
            $0.resetPmds = [1]
            $0.flags = .overflowNotify
        }
        try fixture.write(context, pmd: 1) {
            $0.value = period(1000)
            $0.longReset = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        for _ in 0..<3 {
            fixture.pass(1000)
            try context.restart()
        }
        #expect(times(context) == [1000, 2000, 3000], "pmd1 never gets beyond 800 events")
        #expect(try context.readPmd(1, set: 0).value == period(1000))
    }

    @Test func aCounterGoesOnInTheMiddleOfItsDistance() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.longReset = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        for _ in 0..<4 {
            try context.start()
            fixture.pass(300)
            try context.stop()
            fixture.pass(50)
            if context.state == .masked { try context.restart() }
        }
        try context.start()
        fixture.pass(1000)
        #expect(times(context) == [1150, 2400])
    }

    @Test func distancesThatTakeCenturiesAreHarmless() throws {
        for value in [(1 << 63) + 1, 1 << 63, (1 << 63) - 1, 1 << 62, 0] as [UInt64] {
            let fixture = try EngineFixture()
            let context = try fixture.context(events: [
                "cycles:k", "instructions:k", "ticks:u", "branches",
            ])
            for pmd in 0..<4 { try fixture.write(context, pmd: pmd) { $0.value = value } }
            try context.load(on: .thread(7), by: fixture.root)
            try context.start()
            fixture.pass(1000)
            #expect(try context.readPmd(0, set: 0).value == value &+ 200)
            #expect(context.state == .loaded)
        }
    }
}
