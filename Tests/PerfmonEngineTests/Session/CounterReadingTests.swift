@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What `counters` says after registers changed in the middle: never a wrong number.
@Suite struct CounterReadingTests {
    private func started(_ events: [String]...) throws -> (EngineFixture, Context) {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        for (id, names) in events.enumerated() { try context.setEvents(names, set: UInt16(id)) }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        return (fixture, context)
    }

    @Test func aChangedEventBeginsItsReadingAnew() throws {
        let (fixture, context) = try started(["cycles"])
        fixture.pass(1000)
        try context.writePmc(0, set: 0, value: 0x53_00c4)
        fixture.pass(500)
        let reading = try context.readCounters()[0]
        #expect(reading.event == "branches")
        #expect(reading.value == 100, "no cycle is among them")
        #expect(reading.timeEnabled == 500)
        #expect(reading.quality == .exact)
        #expect(try context.readPmd(0, set: 0).value == 1100, "the register goes on")
    }

    @Test func whatNeverRanHasNoValueBeforeAndAfterTheUnload() throws {
        let fixture = try EngineFixture(cost: 0)
        fixture.busy?.isTaken = true
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        #expect(try context.readPmd(0, set: 0).value == 0, "no time has passed")
        try context.start()
        fixture.pass(1000)
        func expectNoValue() throws {
            #expect(try context.readCounters()[0].quality == .notCounted)
            let error = #expect(throws: PfmError.self) { try context.readPmd(0, set: 0) }
            #expect(error?.code == .noData)
            #expect(error?.message.contains("not counted: running 0 of 1000 ns") == true)
        }
        try expectNoValue()
        try context.stop()
        try expectNoValue()
        try context.unload()
        try expectNoValue()
    }

    @Test func aCounterEnabledLateIsReadFromThereOn() throws {
        let (fixture, context) = try started(["cycles"])
        try fixture.write(context, pmd: 1) { $0.value = 0 }
        fixture.pass(1000)
        try context.writePmc(1, set: 0, value: 0x53_00c4)
        fixture.pass(500)
        let reading = try context.readCounters()[1]
        #expect(reading.value == 100)
        #expect(reading.timeEnabled == 500)
        #expect(reading.timeRunning == 500)
    }

    @Test func aRegisterUsedLateIsReadFromThereOn() throws {
        let (fixture, context) = try started(["cycles"])
        try context.writePmc(1, set: 0, value: 0x53_00c4)
        try context.writePmc(2, set: 0, value: 0x53_00c4)
        fixture.pass(1000)
        try fixture.write(context, pmd: 1) { $0.flags = .overflowNotify }
        try fixture.write(context, pmd: 0) { $0.sampledPmds = [2] }
        fixture.pass(500)
        for reading in try context.readCounters().dropFirst() {
            #expect(reading.value == 100)
            #expect(reading.timeEnabled == 500)
        }
        #expect(try context.readPmd(2, set: 0).value == 100, "named in a vector, so it counts")
    }

    @Test func anotherSetsReadingStartsAtTheMomentOfTheWrite() throws {
        let (fixture, context) = try started(["cycles"], ["branches"])
        fixture.pass(1000)
        try fixture.write(context, pmd: 0, set: 1) { $0.value = 0 }
        try context.start(set: 1)
        fixture.pass(500)
        let reading = try context.readCounters()[1]
        #expect(reading.timeEnabled == 500, "the 1000 ns before were not its own")
        #expect(reading.quality == .exact)
        #expect(reading.value == 100)
    }

    @Test func aCounterJustWrittenIsATrueZero() throws {
        let (fixture, context) = try started(["cycles"])
        fixture.pass(1000)
        try fixture.write(context, pmd: 0) { $0.value = 5 }
        let reading = try context.readCounters()[0]
        #expect(reading.quality == .exact)
        #expect(reading.value == 0)
    }

    @Test func anEventNamedAfterTheSessionWasNotCounted() throws {
        let (fixture, context) = try started(["cycles", "branches"])
        fixture.pass(1000)
        try context.unload()
        try context.setEvent("instructions", pmd: 0, set: 0)
        try context.writePmc(1, set: 0, value: 0x53_013c)
        let readings = try context.readCounters()
        #expect(readings.map(\.event) == ["instructions", "ref-cycles"])
        #expect(readings.map(\.quality) == [.notCounted, .notCounted])
    }

    @Test func aFailedLoadLeavesTheLastSessionsReadings() throws {
        let (fixture, context) = try started(["cycles"])
        fixture.pass(1000)
        try context.unload()
        fixture.threads.end(8)
        let load = refusal { () throws(PfmError) in
            try context.load(on: .thread(8), by: fixture.root)
        }
        #expect(load == .noSuchProcess)
        #expect(try context.readCounters()[0].value == 1000)
        #expect(try context.information(ofSet: 0).runs == 1)
        #expect(try context.information(ofSet: 0).activeDuration == 1000)
    }

    @Test func deletingASetLeavesTheShareOfTheOthers() throws {
        let (fixture, context) = try started(["cycles"], ["branches"])
        fixture.pass(1000)
        try context.start(set: 1)
        fixture.pass(500)
        try context.start(set: 0)
        fixture.pass(500)
        try context.unload()
        try context.deleteSet(1)
        let reading = try context.readCounters()[0]
        #expect(reading.timeEnabled == 2000)
        #expect(reading.timeRunning == 1500)
        #expect(reading.quality == .scaled)
    }

    @Test func fixedCountersAreRead() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        try context.writePmc(16, set: 0, value: 0x021)
        for pmd in [16, 17] { try fixture.write(context, pmd: pmd) { $0.value = 0 } }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        let readings = try context.readCounters()
        #expect(readings.map(\.event) == ["instructions:k", "cycles:u"])
        #expect(readings.map(\.value) == [160, 800])
    }

    @Test func unknownFlagsOfAPmdAreRefused() throws {
        let (fixture, context) = try started(["cycles"])
        for flag in [RegisterFlags.noEmulation64, RegisterFlags(rawValue: 8)] {
            var settings = CounterSettings()
            settings.flags = flag
            let result = refusal { () throws(PfmError) in
                try context.writePmd(0, set: 0, settings)
            }
            #expect(result == .invalidArgument)
        }
        #expect(try context.readPmd(0, set: 0).flags == [])
        #expect(fixture.engine.context("c") === context)
    }
}
