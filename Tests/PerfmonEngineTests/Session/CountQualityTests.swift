@testable import PerfmonEngine
@testable import PerfmonModel
@testable import SimulatedBackend
import Testing

/// How far `counters` says that its values can be trusted, and why.
@Suite struct CountQualityTests {
    private func loaded(
        every events: UInt64? = nil,
        cost: UInt64? = nil
    ) throws -> (EngineFixture, Context) {
        let fixture = try EngineFixture(cost: cost)
        let context = try fixture.context(events: ["cycles", "branches"])
        if let events {
            try fixture.write(context, pmd: 0) {
                $0.value = period(events)
                $0.longReset = period(events)
                $0.flags = .overflowNotify
            }
        }
        try context.load(on: .thread(7), by: fixture.root)
        return (fixture, context)
    }

    @Test func whatWasNeverStartedHasNoValue() throws {
        let (fixture, context) = try loaded()
        fixture.pass(1000)
        for _ in 0..<2 {
            for reading in try context.readCounters() {
                #expect(reading.quality == .notCounted)
                #expect(reading.reason == .notStarted)
            }
            try context.unload()
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        #expect(try context.readCounters()[0].quality == .exact, "a true zero")
        #expect(try context.readCounters()[0].value == 0)
    }

    @Test func whatWaitsForAnExecHasNoValue() throws {
        let (fixture, context) = try loaded(cost: 0)
        try context.startAtExec()
        fixture.pass(1000)
        #expect(try context.readCounters()[0].reason == .notStarted)
        try context.stop()
        #expect(try context.readCounters()[0].reason == .notStarted, "it never came")
        try context.startAtExec()
        try fixture.busy?.exec()
        fixture.pass(100)
        #expect(try context.readCounters()[0].quality == .exact)
        #expect(try context.readCounters()[0].value == 100)
    }

    @Test func maskedTimeIsNeitherCountedNorHidden() throws {
        let (fixture, context) = try loaded(every: 1000)
        try context.start()
        fixture.pass(1000)
        #expect(context.state == .masked)
        #expect(try context.readCounters()[0].quality == .exact, "nothing has passed uncounted yet")
        fixture.pass(500)
        for reading in try context.readCounters() {
            #expect(reading.quality == .partial)
            #expect(reading.reason == .masked)
            #expect(reading.timeEnabled == 1500)
            #expect(reading.timeRunning == 1000)
        }
        #expect(try context.readCounters()[0].value == 1000, "no estimate")
        try context.restart()
        fixture.pass(100)
        let reading = try context.readCounters()[1]
        #expect(reading.timeEnabled - reading.timeRunning == 500)
        #expect(reading.value == 220)
        try fixture.write(context, pmd: 1) { $0.value = 0 }
        fixture.pass(100)
        #expect(try context.readCounters()[1].quality == .exact, "since the write")
        #expect(try context.readCounters()[0].quality == .partial)
        try context.unload()
        #expect(try context.readCounters()[0].reason == .masked)
    }

    @Test func aThreadThatSleptWhileMaskedMissedNothing() throws {
        let (fixture, context) = try loaded(every: 1000)
        try context.start()
        fixture.pass(1000)
        fixture.backend.setPaused(true, thread: 7)
        fixture.pass(5000)
        fixture.backend.setPaused(false, thread: 7)
        try context.restart()
        fixture.pass(100)
        #expect(try context.readCounters()[0].quality == .exact)
        #expect(try context.readCounters()[0].value == 1100)
    }

    @Test func aWriteWhileCountingTakesNothingFromAnybody() throws {
        let (fixture, context) = try loaded(every: 1000)
        try context.start()
        fixture.busy?.cost = 10
        for _ in 0..<7 {
            fixture.pass(130)
            try fixture.write(context, pmd: 0) { $0.value = period(1000) }
        }
        let readings = try context.readCounters()
        #expect(readings[1].value == 182)
        #expect(readings.allSatisfy { $0.quality == .exact })
    }

    @Test func whatTheKernelSlowedDownIsNotExact() throws {
        let (fixture, context) = try loaded()
        try context.start()
        fixture.pass(100)
        context.noteThrottled(0, set: 0)
        #expect(try context.readCounters()[0].reason == .throttled)
        #expect(try context.readCounters()[1].quality == .exact)
        try fixture.write(context, pmd: 0) { $0.value = 0 }
        #expect(try context.readCounters()[0].quality == .exact)
    }

    @Test func anEventOfItsOwnLeavesTheOthersAlone() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.setEvent("branches", pmd: 1, set: 0)
        #expect(try context.readCounters().map(\.event) == ["cycles", "branches"])
        try context.setEvent(nil, pmd: 1, set: 0)
        #expect(try context.readCounters().map(\.event) == ["cycles"])
    }
}
