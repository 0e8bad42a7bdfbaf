@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Overflows that are told late, by a backend whose calls take time (specification 4.7, 6.10, 7.5).
@Suite struct LateOverflowTests {
    /// Two time-switched sets; set 0 overflows after 1500 ns although its time-out is 1000 ns.
    private func switching(
        flags: RegisterFlags = .overflowNotify
    ) throws -> (EngineFixture, Context) {
        var options = EngineOptions()
        options.timeoutTick = 100
        let fixture = try EngineFixture(options: options, cost: 0)
        let context = try fixture.context(events: ["cycles"], ["cycles"])
        for id in [0, 1] as [UInt16] {
            try context.changeSet(id, SetSettings(flags: .timeSwitch, timeout: 1000))
        }
        try fixture.write(context, pmd: 0) {
            $0.value = period(1500)
            $0.longReset = period(1500)
            $0.flags = flags
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        return (fixture, context)
    }

    @Test func anOverflowBehindALateTimeoutWaitsForItsSetsReturn() throws {
        let (fixture, context) = try switching()
        fixture.pass(2000)
        #expect(context.activeSetID == 1, "the time-out came first")
        #expect(context.messages.isEmpty)
        #expect(fixture.engine.statistics[0].overflowsSpurious == 1)
        fixture.pass(1000)
        #expect(context.activeSetID == 0)
        #expect(context.state == .masked, "perfmon2 replays it when the set is active again")
        #expect(context.messages.all.count == 1)
        #expect(fixture.engine.statistics[0].overflowsReplayed == 1)
        #expect(fixture.engine.statistics[0].overflowsRegular == 0)
        #expect(try context.readPmd(0, set: 0).value == 500)
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == period(1500))
        fixture.pass(900)
        #expect(try context.readPmd(0, set: 0).value == period(600))
    }

    @Test func aLoneSetHandlesItsLateOverflowAtOnce() throws {
        let (fixture, context) = try switching()
        try context.unload()
        try context.deleteSet(1)
        try fixture.write(context, pmd: 0) { $0.value = period(1500) }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(2000)
        #expect(context.state == .masked)
        #expect(context.messages.all.count == 1)
        #expect(try context.readPmd(0, set: 0).value == 0, "the set is not halted to follow itself")
        #expect(try context.information(ofSet: 0).runs == 2)
        #expect(try context.information(ofSet: 0).activeDuration == 1500)
    }

    @Test func aWriteDropsTheOverflowThatWaits() throws {
        let (fixture, context) = try switching()
        fixture.pass(2000)
        try fixture.write(context, pmd: 0) { $0.value = period(3000) }
        fixture.pass(1000)
        fixture.pass(900)
        #expect(context.activeSetID == 0)
        #expect(context.state == .loaded)
        #expect(try context.readPmd(0, set: 0).value == period(2100))
        #expect(context.messages.isEmpty)
    }

    @Test func unloadFoldsTheOverflowThatWaits() throws {
        let (fixture, context) = try switching()
        fixture.pass(2000)
        try context.unload()
        #expect(context.messages.isEmpty)
        #expect(try context.readPmd(0, set: 0).value == 500)
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(10)
        #expect(context.state == .loaded)
    }

    @Test func aHeldThreadIsNotLetGoByALateOverflow() throws {
        let fixture = try EngineFixture(cost: 0)
        let context = try fixture.context(flags: .notifyBlock, events: ["cycles", "branches"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.flags = .overflowNotify
        }
        try fixture.write(context, pmd: 1) { $0.value = period(201) }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(3000)
        #expect(context.state == .masked)
        #expect(fixture.engine.statistics[0].workHandled == 0)
        try context.restart()
        #expect(fixture.engine.statistics[0].workHandled == 1)
    }

    /// A context that counts to 1000, 990 of which have passed, on calls of 50 ns each.
    private func shortlyBefore() throws -> (EngineFixture, Context) {
        let fixture = try EngineFixture(cost: 0)
        let context = try fixture.context(events: ["cycles", "branches"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.longReset = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(990)
        fixture.busy?.cost = 50
        return (fixture, context)
    }

    @Test func aReadBehindTheOverflowIsPutRight() throws {
        let (fixture, context) = try shortlyBefore()
        #expect(try context.readPmd(0, set: 0).value == 40)
        #expect(try context.readCounters()[0].value == 1000)
        #expect(context.state == .masked)
        #expect(try context.readPmd(0, set: 0).value == 0)
        #expect(try context.readPmd(1, set: 0).value == 200)
        #expect(try context.information(ofSet: 0).activeDuration == 1000)
        #expect(fixture.engine.statistics[0].overflowsRegular == 1)
    }

    @Test func aStopMeetsTheOverflow() throws {
        let (fixture, context) = try shortlyBefore()
        try context.stop()
        #expect(fixture.engine.statistics[0].overflowsRegular == 1)
        #expect(context.state == .masked)
        #expect(!context.isStarted)
        #expect(context.messages.all.count == 1)
        #expect(try context.readPmd(0, set: 0).value == 0)
    }

    @Test func aWriteToAnotherRegisterMeetsTheOverflow() throws {
        let (fixture, context) = try shortlyBefore()
        try fixture.write(context, pmd: 1) { $0.value = 7 }
        #expect(context.state == .masked)
        #expect(context.messages.all.count == 1)
        #expect(try context.readPmd(0, set: 0).value == 0)
        #expect(try context.readPmd(1, set: 0).value == 7)
        fixture.pass(10_000)
        #expect(try context.readPmd(1, set: 0).value == 7, "nothing counts on")
    }

    @Test func aWriteDoesNotEndTheWaitForAnExec() throws {
        let fixture = try EngineFixture(cost: 0)
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.stop()
        try context.startAtExec()
        try fixture.write(context, pmd: 0) { $0.value = 5 }
        fixture.pass(1000)
        #expect(context.isAwaitingExec)
        #expect(try context.readPmd(0, set: 0).value == 5)
        try fixture.busy?.exec()
        fixture.pass(100)
        #expect(try context.readPmd(0, set: 0).value == 105)
        try fixture.write(context, pmd: 0) { $0.value = 0 }
        fixture.pass(10)
        #expect(try context.readPmd(0, set: 0).value == 10)
        #expect(!context.isAwaitingExec)
    }

    @Test func aStartOfAnotherSetMeetsTheOverflow() throws {
        let fixture = try EngineFixture(cost: 0)
        let context = try fixture.context(events: ["cycles"], ["branches"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(990)
        fixture.busy?.cost = 50
        let start = refusal { () throws(PfmError) in try context.start(set: 1) }
        #expect(start == .invalidArgument, "masked meanwhile")
        #expect(context.state == .masked)
        #expect(context.activeSetID == 0)
    }
}
