@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What happens at an overflow (specification 6.3 to 6.8, conformance 17 to 21).
@Suite struct OverflowTests {
    private func sampling(
        _ fixture: EngineFixture,
        flags: RegisterFlags,
        contextFlags: ContextFlags = [],
        period events: UInt64 = 1000
    ) throws -> Context {
        let context = try fixture.context(flags: contextFlags, events: ["cycles", "instructions"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(events)
            $0.longReset = period(events)
            $0.shortReset = period(events)
            $0.flags = flags
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        return context
    }

    @Test func notifiedOverflowMasksAndQueuesOneMessage() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(5000)
        #expect(context.state == .masked)
        #expect(context.isStarted)
        #expect(context.messages.all.count == 1)
        guard case .overflow(let message)? = context.messages.all.first else {
            Issue.record("no overflow message")
            return
        }
        #expect(message.set == 0)
        #expect(message.pmds == [0])
        #expect(message.tid == 7)
        #expect(message.time == 1000)
        #expect(refusal { () throws(PfmError) in try context.start() } == .invalidArgument)
    }

    @Test func valuesWhileMaskedAreThoseAtTheOverflow() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(123_456)
        #expect(try context.readPmd(0, set: 0).value == 0)
        #expect(try context.readPmd(1, set: 0).value == 800)
    }

    @Test func restartResetsWithTheLongValueAndCountsOn() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(1000)
        try fixture.write(context, pmd: 0) { $0.longReset = period(300) }
        try context.restart()
        #expect(context.state == .loaded)
        #expect(try context.readPmd(0, set: 0).value == period(300))
        fixture.pass(299)
        #expect(context.state == .loaded)
        fixture.pass(1)
        #expect(context.state == .masked)
        #expect(context.messages.all.count == 2)
    }

    @Test func overflowWithoutNotificationSaturatesSilently() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: [])
        fixture.pass(5000)
        #expect(context.state == .masked)
        #expect(context.messages.isEmpty)
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == period(1000))
    }

    @Test func noMessageContextMasksWithoutMessage() throws {
        let fixture = try EngineFixture()
        let context = try sampling(
            fixture,
            flags: .overflowNotify,
            contextFlags: .overflowNoMessage
        )
        fixture.pass(5000)
        #expect(context.state == .masked)
        #expect(context.messages.isEmpty)
    }

    @Test func eightMessagesFitAndTheNinthIsLost() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        for _ in 0..<9 {
            fixture.pass(1000)
            #expect(context.state == .masked)
            try context.restart()
        }
        fixture.pass(1000)
        #expect(context.state == .masked)
        #expect(context.messages.all.count == 8)
        #expect(context.messages.refused == 2)
    }

    @Test func resetVectorResetsOtherRegistersToo() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "instructions", "branches"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.longReset = period(500)
            $0.resetPmds = [1]
            $0.flags = .overflowNotify
        }
        try fixture.write(context, pmd: 1) { $0.longReset = 77 }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == period(500))
        #expect(try context.readPmd(1, set: 0).value == 77)
        #expect(try context.readPmd(2, set: 0).value == 200)
        #expect(try context.readPmd(1, set: 0).lastResetValue == 77)
    }

    @Test func randomResetsSubtractMaskedBits() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(100)
            $0.longReset = period(1000)
            $0.randomMask = 0xff
            $0.flags = [.overflowNotify, .random]
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        for round in 1...300 {
            fixture.pass(2000)
            try context.restart()
            let last = try context.readPmd(0, set: 0).lastResetValue
            #expect(last == period(1000 + UInt64(round) & 0xff))
        }
    }

    @Test func simultaneousOverflowsShareOneMessage() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "ref-cycles", "branches"])
        for (pmd, events) in [(0, UInt64(1000)), (1, 100)] {
            try fixture.write(context, pmd: pmd) {
                $0.value = period(events)
                $0.flags = .overflowNotify
            }
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        guard case .overflow(let message)? = context.messages.all.first else {
            Issue.record("no message")
            return
        }
        #expect(context.messages.all.count == 1)
        #expect(message.pmds == [0, 1])
        #expect(try context.information(ofSet: 0).overflowedPmds == [0, 1])
    }

    @Test func stopWhileMaskedStaysMaskedAndRestartDoesNotCount() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(1000)
        try context.stop()
        #expect(context.state == .masked)
        try context.restart()
        #expect(context.state == .loaded)
        #expect(!context.isStarted)
        let before = try context.readPmd(1, set: 0).value
        fixture.pass(10_000)
        #expect(try context.readPmd(1, set: 0).value == before)
    }

    @Test func writesWhileMaskedTakeEffectAtRestart() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(1000)
        try fixture.write(context, pmd: 1) { $0.value = 5 }
        #expect(try context.readPmd(1, set: 0).value == 5)
        try context.restart()
        fixture.pass(500)
        #expect(try context.readPmd(1, set: 0).value == 405)
    }

    @Test func restartWhileLoadedIsAccepted() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(100)
        try context.restart()
        fixture.pass(100)
        #expect(try context.readPmd(0, set: 0).value == 200)
    }

    @Test func unemulatedCounterWrapsAtItsWidth() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        try context.writePmc(0, set: 0, value: 0x53_003c, flags: .noEmulation64)
        try fixture.write(context, pmd: 0) { $0.value = (1 << 31) - 10 }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(25)
        #expect(try context.readPmd(0, set: 0).value == 15)
        #expect(context.state == .loaded)
    }

    @Test func pendingResetsOutliveTheLoadButNotTheEvent() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(1000)
        try context.unload()
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(10)
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == period(1000), "as perfmon2 did")
        fixture.pass(1000)
        try context.unload()
        try context.setEvents(["branches"], set: 0)
        #expect(try context.information(ofSet: 0).overflowedPmds == [])
        try fixture.write(context, pmd: 0) { $0.value = period(500) }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        try context.restart()
        #expect(try context.readPmd(0, set: 0).value == period(500))
    }

    @Test func onlyAHeldThreadIsLetGo() throws {
        let fixture = try EngineFixture()
        let context = try sampling(
            fixture,
            flags: .overflowNotify,
            contextFlags: .notifyBlock
        )
        func workHandled() -> UInt64 { fixture.engine.statistics[0].workHandled }
        try context.restart()
        #expect(workHandled() == 0, "nobody was held")
        fixture.pass(1000)
        try context.restart()
        #expect(workHandled() == 1)
        fixture.pass(1000)
        try context.unload()
        #expect(workHandled() == 2)
    }

    @Test func threadExitUnloadsAndQueuesEnd() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: [], contextFlags: .overflowNoMessage)
        fixture.pass(400)
        fixture.threads.end(7)
        fixture.pass(100)
        #expect(context.state == .unloaded)
        #expect(context.messages.all == [.end(.exit)])
        #expect(try context.readPmd(0, set: 0).value == period(500))
        #expect(refusal { () throws(PfmError) in try context.restart() } == .resourceBusy)
        #expect(fixture.engine.threadSessionCount == 0)
    }

    @Test func loadEmptiesTheQueue() throws {
        let fixture = try EngineFixture()
        let context = try sampling(fixture, flags: .overflowNotify)
        fixture.pass(1000)
        try context.unload()
        #expect(context.messages.all.count == 1, "messages survive the unload")
        try context.load(on: .thread(7), by: fixture.root)
        #expect(context.messages.isEmpty)
    }

    @Test func binaryMessageHasTheOriginalLayout() {
        let message = Message.overflow(
            OverflowMessage(
                set: 0x0102,
                pmds: [0, 65, 255],
                pid: 0x11,
                tid: 0x22,
                cpu: 3,
                ip: 0x1122_3344_5566_7788,
                time: 9
            )
        )
        let bytes = message.binary()
        #expect(bytes.count == 56)
        #expect(Array(bytes[0..<8]) == [1, 0, 0, 0, 0x22, 0, 0, 0])
        #expect(bytes[8] == 1)
        #expect(bytes[16] == 2)
        #expect(bytes[39] == 0x80)
        #expect(Array(bytes[40..<48]) == [2, 1, 3, 0, 0x11, 0, 0, 0])
        #expect(Array(bytes[48..<56]) == [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11])
        #expect(Message.end(.exit).binary() == [2] + [UInt8](repeating: 0, count: 55))
    }
}
