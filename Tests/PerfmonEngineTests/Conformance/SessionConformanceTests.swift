@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The conformance list of the specification (section 18), by its numbers: states and sessions.
@Suite struct SessionConformanceTests {
    @Test("6: stop and start need a loaded context, restart is busy, unload is nothing")
    func unloadedCommands() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        func refusals() -> [Errno?] {
            [
                refusal { () throws(PfmError) in try context.stop() },
                refusal { () throws(PfmError) in try context.start() },
                refusal { () throws(PfmError) in try context.restart() },
                refusal { () throws(PfmError) in try context.unload() },
            ]
        }
        let expected: [Errno?] = [.invalidArgument, .invalidArgument, .resourceBusy, nil]
        #expect(refusals() == expected)
        try context.load(on: .thread(7), by: fixture.root)
        try context.unload()
        #expect(refusals() == expected, "unloaded again is unloaded")
        #expect(fixture.engine.statistics[0].restarts == 0)
    }

    @Test("11: loading twice is busy, a monitored thread exists already, an unknown one does not")
    func loading() throws {
        let fixture = try EngineFixture()
        let first = try fixture.context("first")
        let second = try fixture.context("second")
        func load(_ context: Context, _ tid: Int32) -> Errno? {
            refusal { () throws(PfmError) in
                try context.load(on: .thread(tid), by: fixture.root)
            }
        }
        fixture.threads.end(9)
        #expect(load(first, 9) == .noSuchProcess)
        #expect(load(first, 0) == .noSuchProcess)
        #expect(load(first, 7) == nil)
        #expect(load(first, 7) == .resourceBusy)
        #expect(load(first, 8) == .resourceBusy)
        #expect(load(second, 7) == .fileExists)
        #expect(load(second, 8) == nil)
        try first.unload()
        #expect(load(first, 7) == nil)
    }

    @Test("12: kinds of sessions exclude each other, CPUs do not")
    func kinds() throws {
        let fixture = try EngineFixture()
        func load(_ name: String, _ target: Target) throws -> Errno? {
            let isSystemWide = target == .cpu(0) || target == .cpu(1)
            let context =
                try fixture.engine.context(name)
                ?? fixture.context(name, flags: isSystemWide ? .systemWide : [])
            return refusal { () throws(PfmError) in
                try context.load(on: target, by: fixture.root)
            }
        }
        #expect(try load("t", .thread(7)) == nil)
        #expect(try load("c0", .cpu(0)) == .resourceBusy)
        try fixture.engine.context("t")?.unload()
        #expect(try load("c0", .cpu(0)) == nil)
        #expect(try load("t", .thread(7)) == .resourceBusy)
        #expect(try load("c1", .cpu(1)) == nil)
        #expect(try load("other", .cpu(1)) == .resourceBusy)
        #expect(fixture.engine.systemSessionCount == 2)
        #expect(fixture.engine.threadSessionCount == 0)
    }

    @Test("14: a loaded or masked context cannot be loaded", arguments: [false, true])
    func loadWhileLoaded(isMasked: Bool) throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try fixture.write(context, pmd: 0) { $0.value = period(10) }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        if isMasked { fixture.pass(10) }
        let again = refusal { () throws(PfmError) in
            try context.load(on: .thread(7), by: fixture.root)
        }
        #expect(again == .resourceBusy)
        #expect(context.state == (isMasked ? .masked : .loaded))
    }

    @Test(
        "23: a thread's exit leaves one END message and readable values",
        arguments: [false, true]
    )
    func exit(isMasked: Bool) throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "branches"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(isMasked ? 500 : 5000)
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        fixture.threads.end(7)
        fixture.pass(1000)
        #expect(context.state == .unloaded)
        #expect(context.target == nil)
        #expect(context.messages.all.map { $0.binary() } == [[2] + Array(repeating: 0, count: 55)])
        let events: UInt64 = isMasked ? 500 : 2000
        #expect(try context.readPmd(1, set: 0).value == events / 5)
        #expect(refusal { () throws(PfmError) in try context.restart() } == .resourceBusy)
        #expect(context.takeMessage() == .end(.exit))
        #expect(context.takeMessage() == nil)
        try context.load(on: .thread(8), by: fixture.root)
        #expect(context.endReason == nil)
    }

    @Test("30: right after load only the loaded set has run, and no time has passed")
    func freshInformation() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"], ["branches"], ["instructions"])
        for _ in 0..<2 {
            try context.load(on: .thread(7), set: 1, by: fixture.root)
            let information = try context.sets.map { try context.information(ofSet: $0.id) }
            #expect(information.map(\.runs) == [0, 1, 0])
            #expect(information.map(\.activeDuration) == [0, 0, 0])
            #expect(information.map(\.overflowedPmds) == [[], [], []])
            #expect(information[0].availablePmcs == context.pmu.implementedPmcs)
            #expect(information[0].availablePmds == context.pmu.implementedPmds)
            try context.start()
            fixture.pass(1000)
            try context.start(set: 0)
            fixture.pass(1000)
            #expect(try context.information(ofSet: 1).activeDuration == 1000)
            try context.unload()
        }
    }
}
