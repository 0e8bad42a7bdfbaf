@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The conformance list of the specification (section 18), by its numbers: overflows, on a thread
/// and on a CPU.
@Suite struct OverflowConformanceTests {
    static let targets: [Target] = [.thread(7), .cpu(1)]

    /// Cycles from -1000 on, with resets of their own.
    private func sampling(
        _ fixture: EngineFixture,
        _ target: Target,
        _ change: (inout CounterSettings) -> Void
    ) throws -> Context {
        let isSystemWide = target == .cpu(1)
        let context = try fixture.context(
            flags: isSystemWide ? .systemWide : [],
            events: ["cycles", "branches"]
        )
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.longReset = period(2000)
            $0.shortReset = period(300)
            change(&$0)
        }
        return context
    }

    @Test("17: a notified overflow masks, says so once, and waits for restart", arguments: targets)
    func notified(target: Target) throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, target) { $0.flags = .overflowNotify }
        try context.load(on: target, by: fixture.root)
        try context.start()
        fixture.pass(999)
        #expect(context.state == .loaded)
        fixture.pass(1)
        #expect(context.state == .masked)
        fixture.pass(10_000)
        #expect(context.messages.all.count == 1)
        #expect(try context.readPmd(0, set: 0).value == 0)
        #expect(try context.readPmd(1, set: 0).value == 200)
        #expect(refusal { () throws(PfmError) in try context.start() } == .invalidArgument)
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == period(2000))
        fixture.pass(100)
        #expect(try context.readPmd(0, set: 0).value == period(1900))
        #expect(try context.readPmd(1, set: 0).value == 220, "nobody asked to reset it")
        let cpu = target == .cpu(1) ? 1 : 0
        #expect(fixture.engine.statistics[cpu].overflowsRegular == 1)
        #expect(fixture.engine.statistics[cpu].overflowsNotified == 1)
        #expect(fixture.engine.statistics[cpu].registerResets == 1)
        #expect(fixture.engine.statistics[cpu].restarts == 1)
        #expect(fixture.engine.statistics[1 - cpu] == CPUStatistics())
    }

    @Test("18: an overflow that nobody is told of masks all the same", arguments: targets)
    func silent(target: Target) throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, target) { $0.flags = [] }
        try context.load(on: target, by: fixture.root)
        try context.start()
        fixture.pass(10_000)
        #expect(context.state == .masked)
        #expect(context.takeMessage() == nil)
        try context.restart()
        #expect(context.state == .loaded)
    }

    @Test("19: an overflow that is due to switch does, and resets on return", arguments: targets)
    func switching(target: Target) throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, target) { $0.switchCount = 1 }
        try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        try context.setEvents(["cycles"], set: 1)
        try context.changeSet(1, SetSettings(flags: .timeSwitch, timeout: 1_000_000))
        try context.load(on: target, by: fixture.root)
        try context.start()
        fixture.pass(1000)
        #expect(context.activeSetID == 1)
        #expect(context.state == .loaded)
        #expect(context.messages.isEmpty)
        #expect(try context.information(ofSet: 1).runs == 1)
        #expect(try context.readPmd(0, set: 0).value == 0)
        #expect(try context.readPmd(0, set: 0).switchCountLeft == 0)
        fixture.pass(1_000_000)
        #expect(context.activeSetID == 0)
        #expect(try context.information(ofSet: 0).runs == 2)
        #expect(try context.readPmd(0, set: 0).value == period(300), "the short reset")
        #expect(try context.readPmd(0, set: 0).switchCountLeft == 1)
        #expect(try context.readPmd(0, set: 1).value == 1_000_000)
    }

    @Test("20: a random reset makes the period longer, by no more than the mask", arguments: 0..<20)
    func random(seed: Int) throws {
        let fixture = try EngineFixture(generator: SeededGenerator(seed: UInt64(seed)))
        let context = try sampling(fixture, .thread(7)) {
            $0.flags = [.overflowNotify, .random]
            $0.randomMask = 0xff
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        var seen: Set<UInt64> = []
        for _ in 0..<20 {
            fixture.pass(10_000)
            try context.restart()
            let last = try context.readPmd(0, set: 0).lastResetValue
            #expect((period(2255)...period(2000)).contains(last))
            #expect(try context.readPmd(0, set: 0).value == last)
            seen.insert(last)
        }
        #expect(seen.count > 10)
    }

    @Test("20: a mask with bits above 31 takes random bits from there too")
    func wideMask() throws {
        let fixture = try EngineFixture(generator: SeededGenerator(seed: 3))
        let context = try sampling(fixture, .thread(7)) {
            $0.flags = [.overflowNotify, .random]
            $0.randomMask = 0xff_0000_0000
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        var bits: UInt64 = 0
        for _ in 0..<20 {
            fixture.pass(10_000)
            try context.restart()
            let extra = period(2000) &- (try context.readPmd(0, set: 0).lastResetValue)
            #expect(extra & ~0xff_0000_0000 == 0)
            bits |= extra
            try fixture.write(context, pmd: 0) { $0.value = period(1000) }
        }
        #expect(bits == 0xff_0000_0000)
    }

    @Test("21: of nine unread notifications eight can be read, and monitoring stays masked")
    func fullQueue() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, .thread(7)) { $0.flags = .overflowNotify }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        for overflow in 1...9 {
            fixture.pass(2000)
            #expect(context.state == .masked)
            if overflow < 9 { try context.restart() }
        }
        fixture.pass(100_000)
        #expect(context.state == .masked)
        var read = 0
        while context.takeMessage() != nil { read += 1 }
        #expect(read == 8)
        #expect(fixture.engine.statistics[0].overflowsNotified == 8)
        try context.restart()
        fixture.pass(2000)
        #expect(context.messages.all.count == 1, "there is room again")
    }

    @Test("6.3: an overflow asks for its own resets, not for those of the one before")
    func pendingResets() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, .thread(7)) { $0.flags = .overflowNotify }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.unload()
        try fixture.write(context, pmd: 0) { $0.value = 5 }
        try fixture.write(context, pmd: 1) {
            $0.value = period(100)
            $0.longReset = period(100)
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(500)
        #expect(context.state == .masked)
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == 505)
        #expect(try context.readPmd(1, set: 0).value == period(100))
    }

    @Test("6.6: a switch that waited for restart happens without counting after a stop")
    func waitingSwitchAfterStop() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, .thread(7)) {
            $0.flags = .overflowNotify
            $0.switchCount = 1
        }
        try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        try context.setEvents(["cycles"], set: 1)
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.stop()
        try context.restart()
        #expect(context.activeSetID == 1)
        #expect(context.state == .loaded)
        fixture.pass(1000)
        #expect(try context.readPmd(0, set: 1).value == 0)
        try context.start()
        fixture.pass(1000)
        #expect(try context.readPmd(0, set: 1).value == 1000)
    }

    @Test("4.7: stop leaves a masked context masked, and restart does not count then")
    func stopWhileMasked() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, .thread(7)) { $0.flags = .overflowNotify }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1500)
        try context.stop()
        try context.stop()
        #expect(context.state == .masked)
        #expect(try context.information(ofSet: 0).activeDuration == 1000)
        try context.restart()
        #expect(context.state == .loaded)
        fixture.pass(500)
        #expect(try context.readPmd(0, set: 0).value == period(2000))
        try context.start()
        fixture.pass(500)
        #expect(try context.readPmd(0, set: 0).value == period(1500))
        #expect(try context.information(ofSet: 0).activeDuration == 1500)
    }

    @Test("4.9: unloading a masked context keeps its values and queue, load empties the queue")
    func unloadWhileMasked() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, .thread(7)) { $0.flags = .overflowNotify }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1500)
        try context.unload()
        #expect(context.state == .unloaded)
        #expect(context.messages.all.count == 1)
        #expect(try context.readPmd(1, set: 0).value == 200)
        #expect(try context.information(ofSet: 0).overflowedPmds == [0])
        try context.load(on: .thread(8), by: fixture.root)
        #expect(context.messages.isEmpty)
        #expect(try context.information(ofSet: 0).overflowedPmds == [])
        #expect(try context.readPmd(0, set: 0).value == 0, "prepare_sets resets nothing")
    }
}
