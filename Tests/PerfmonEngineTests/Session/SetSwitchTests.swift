@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Event sets and how they take turns (specification 7, conformance 14 to 16, 19, 30).
@Suite struct SetSwitchTests {
    private let millisecond: UInt64 = 1_000_000

    private func timed(
        _ fixture: EngineFixture,
        sets: [[String]],
        timeout: UInt64 = 10_000_000
    ) throws -> Context {
        let context = try fixture.context()
        for (id, events) in sets.enumerated() {
            try context.setEvents(events, set: UInt16(id))
            try context.changeSet(
                UInt16(id),
                SetSettings(flags: .timeSwitch, timeout: timeout)
            )
        }
        return context
    }

    @Test func setsAreKeptInOrder() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        for id in [65535, 7, 3] as [UInt16] { try context.createSet(id) }
        #expect(context.sets.map(\.id) == [0, 3, 7, 65535])
        #expect(refusal { () throws(PfmError) in try context.createSet(7) } == .fileExists)
        #expect(refusal { () throws(PfmError) in try context.deleteSet(8) } == .invalidArgument)
        try context.deleteSet(7)
        #expect(context.sets.map(\.id) == [0, 3, 65535])
    }

    @Test func settingsAreValidated() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        func change(_ settings: SetSettings) -> Errno? {
            refusal { () throws(PfmError) in try context.changeSet(0, settings) }
        }
        #expect(change(SetSettings(flags: [.overflowSwitch, .timeSwitch])) == .invalidArgument)
        #expect(change(SetSettings(flags: .timeSwitch)) == .invalidArgument)
        #expect(change(SetSettings(flags: .timeSwitch, timeout: 1)) == nil)
        #expect(context.sets[0].timeout == millisecond, "1 ns is one tick")
        #expect(change(SetSettings(timeout: 1_500_000)) == nil)
        #expect(context.sets[0].timeout == 2 * millisecond)
    }

    @Test func danglingSuccessorIsRefusedAtLoad() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.changeSet(0, SetSettings(flags: .explicitNext, nextID: 9))
        let load = { () throws(PfmError) in
            try context.load(on: .thread(7), by: fixture.root)
        }
        #expect(refusal(load) == .invalidArgument)
        #expect(context.state == .unloaded)
        #expect(fixture.engine.threadSessionCount == 0)
        try context.createSet(9)
        #expect(refusal(load) == nil)
    }

    @Test func timeSwitchedSetsTakeTurns() throws {
        let fixture = try EngineFixture()
        let context = try timed(fixture, sets: [["cycles"], ["instructions"], ["branches"]])
        try context.load(on: .thread(7), by: fixture.root)
        #expect(try context.information(ofSet: 0).runs == 1)
        #expect(try context.information(ofSet: 1).runs == 0)
        #expect(try context.information(ofSet: 0).activeDuration == 0)
        try context.start()
        fixture.pass(10 * millisecond - 1)
        #expect(context.activeSetID == 0)
        fixture.pass(1)
        #expect(context.activeSetID == 1)
        fixture.pass(55 * millisecond)
        #expect(context.activeSetID == 0, "65 ms are six turns of 10 ms and a half")
        #expect(try context.information(ofSet: 0).runs == 3)
        #expect(try context.information(ofSet: 0).activeDuration == 25 * millisecond)
        #expect(try context.information(ofSet: 0).timeoutLeft == 5 * millisecond)
        #expect(try context.readPmd(0, set: 0).value == 25 * millisecond)
        #expect(try context.readPmd(0, set: 1).value == 16 * millisecond)
        #expect(fixture.engine.statistics[0].timeoutsHandled == 6)
    }

    @Test func multiplexedCountsAreScaledAndMarked() throws {
        let fixture = try EngineFixture()
        let context = try timed(fixture, sets: [["cycles"], ["instructions"]])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(100 * millisecond)
        let readings = try context.readCounters()
        #expect(readings.map(\.quality) == [.scaled, .scaled])
        #expect(readings[0].value == 100 * millisecond)
        #expect(readings[1].value == 80 * millisecond)
        #expect(readings[0].timeEnabled == 100 * millisecond)
        #expect(readings[0].timeRunning == 50 * millisecond)
    }

    @Test func aSetThatNeverRanIsNotCounted() throws {
        let fixture = try EngineFixture()
        let context = try timed(fixture, sets: [["cycles"], ["instructions"]])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(millisecond)
        #expect(try context.readCounters().map(\.quality) == [.exact, .notCounted])
    }

    @Test func timeoutsStandStillWhileTheThreadSleepsOrMonitoringIsStopped() throws {
        let fixture = try EngineFixture()
        let context = try timed(fixture, sets: [["cycles"], ["instructions"]])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(6 * millisecond)
        fixture.backend.setPaused(true, thread: 7)
        fixture.pass(50 * millisecond)
        fixture.backend.setPaused(false, thread: 7)
        #expect(context.activeSetID == 0)
        try context.stop()
        fixture.pass(50 * millisecond)
        #expect(try context.information(ofSet: 0).timeoutLeft == 4 * millisecond)
        try context.start()
        fixture.pass(4 * millisecond)
        #expect(context.activeSetID == 1)
        #expect(try context.information(ofSet: 0).activeDuration == 10 * millisecond)
    }

    @Test func overflowSwitchCountsDownAndResetsOnReturn() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"], ["instructions"])
        for id in [0, 1] as [UInt16] {
            try context.changeSet(id, SetSettings(flags: .overflowSwitch))
            try fixture.write(context, pmd: 0, set: id) {
                $0.value = period(1000)
                $0.shortReset = period(2000)
                $0.switchCount = 1
            }
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        #expect(context.activeSetID == 1)
        #expect(context.state == .loaded)
        #expect(context.messages.isEmpty)
        #expect(try context.information(ofSet: 1).runs == 1)
        #expect(try context.readPmd(0, set: 0).value == 0, "reset only when it is active again")
        fixture.pass(1250)
        #expect(context.activeSetID == 0)
        #expect(try context.information(ofSet: 0).runs == 2)
        #expect(try context.readPmd(0, set: 0).lastResetValue == period(2000))
    }

    @Test func overflowSwitchAfterSeveralOverflowsOfALoneSet() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        try fixture.write(context, pmd: 0) {
            $0.value = period(100)
            $0.shortReset = period(100)
            $0.switchCount = 1
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1050)
        #expect(context.state == .loaded)
        #expect(try context.information(ofSet: 0).runs == 11)
        #expect(try context.readPmd(0, set: 0).value == period(50))
    }

    @Test func notificationPutsTheSwitchOffUntilRestart() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"], ["instructions"])
        try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.switchCount = 1
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(5000)
        #expect(context.state == .masked)
        #expect(context.activeSetID == 0)
        try context.restart()
        #expect(context.activeSetID == 1)
        #expect(context.state == .loaded)
        fixture.pass(1000)
        #expect(try context.readPmd(0, set: 1).value == 800)
    }

    @Test func explicitSuccessorSkipsSets() throws {
        let fixture = try EngineFixture()
        let context = try timed(
            fixture,
            sets: [["cycles"], ["instructions"], ["branches"]]
        )
        try context.changeSet(0, SetSettings(flags: [.timeSwitch, .explicitNext], nextID: 2))
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(10 * millisecond)
        #expect(context.activeSetID == 2)
        fixture.pass(10 * millisecond)
        #expect(context.activeSetID == 0)
        #expect(try context.information(ofSet: 1).runs == 0)
    }

    @Test func startWithASetSwitchesToIt() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"], ["instructions"])
        try context.load(on: .thread(7), set: 1, by: fixture.root)
        #expect(context.activeSetID == 1)
        try context.start(set: 0)
        fixture.pass(1000)
        #expect(context.activeSetID == 0)
        #expect(try context.readPmd(0, set: 0).value == 1000)
        #expect(try context.readPmd(0, set: 1).value == 0)
        #expect(fixture.engine.statistics[0].setSwitches == 1)
        let unknown = refusal { () throws(PfmError) in try context.start(set: 5) }
        #expect(unknown == .invalidArgument)
    }

    @Test func startingTwiceDropsTheRunningDuration() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.start()
        fixture.pass(500)
        #expect(try context.information(ofSet: 0).activeDuration == 500)
        #expect(try context.readPmd(0, set: 0).value == 1500)
    }
}
