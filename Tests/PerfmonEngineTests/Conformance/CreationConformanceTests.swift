@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The conformance list of the specification (section 18), by its numbers: making and removing
/// contexts and sets, and what may not be loaded.
@Suite struct CreationConformanceTests {
    @Test("1: a fresh system is version 2.5 and has no sessions")
    func freshSystem() throws {
        let fixture = try EngineFixture()
        #expect(Controls.version == (2, 5))
        #expect(fixture.engine.threadSessionCount == 0)
        #expect(fixture.engine.systemSessionCount == 0)
        #expect(fixture.engine.bufferMemoryInUse == 0)
        #expect(fixture.engine.allContexts.isEmpty)
    }

    @Test("2: system_wide with notify_block is the one refused pair, unknown flags are ignored")
    func flags() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        let pair = refusal { () throws(PfmError) in
            try context.setFlags([.systemWide, .notifyBlock], by: fixture.root)
        }
        #expect(pair == .invalidArgument)
        for bits in [0x4000, 0x82, 0x12, 0x91] as [UInt32] {
            try context.setFlags(ContextFlags(rawValue: bits), by: fixture.root)
            #expect(context.flags.rawValue == bits)
        }
    }

    @Test("3: an unknown format is refused, and so is one without its argument")
    func formats() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        for (name, arguments) in [("nosuch", ["buf_size": 4096]), ("default", [:])]
            as [(String, [String: UInt64])]
        {
            let result = refusal { () throws(PfmError) in
                try context.setFormat(name, arguments, by: fixture.root)
            }
            #expect(result == .invalidArgument, "\(name)")
        }
        try context.setFormat(nil, ["buf_size": 7], by: fixture.root)
        #expect(context.sampling == nil)
    }

    @Test("14: sets cannot change while loaded, set 0 stays, unknown sets have no information")
    func setsWhileLoaded() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        func refusals() -> [Errno?] {
            [
                refusal { () throws(PfmError) in try context.createSet(3) },
                refusal { () throws(PfmError) in try context.deleteSet(1) },
                refusal { () throws(PfmError) in try context.deleteSet(0) },
                refusal { () throws(PfmError) in _ = try context.information(ofSet: 2) },
                refusal { () throws(PfmError) in _ = try context.information(ofSet: 65535) },
            ]
        }
        try context.createSet(1)
        try context.load(on: .thread(7), by: fixture.root)
        #expect(
            refusals()
                == [
                    .resourceBusy, .resourceBusy, .resourceBusy, .invalidArgument, .invalidArgument,
                ]
        )
        try context.unload()
        #expect(refusals() == [nil, nil, .invalidArgument, .invalidArgument, .invalidArgument])
        #expect(context.sets.map(\.id) == [0, 3])
    }

    @Test("15: a set is left by overflows or by time, and its time-out is whole ticks")
    func setFlags() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        func change(_ settings: SetSettings) -> Errno? {
            refusal { () throws(PfmError) in try context.changeSet(0, settings) }
        }
        let both = SetSettings(flags: [.overflowSwitch, .timeSwitch], timeout: 1_000_000)
        #expect(change(both) == .invalidArgument)
        #expect(change(SetSettings(flags: .timeSwitch, timeout: 0)) == .invalidArgument)
        #expect(change(SetSettings(flags: .timeSwitch, timeout: 1)) == nil)
        #expect(try context.information(ofSet: 0).timeout == fixture.engine.timeoutTick)
    }

    @Test("16: a successor that does not exist is found at load")
    func danglingSuccessor() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        try context.createSet(4)
        try context.changeSet(4, SetSettings(flags: .explicitNext, nextID: 5))
        func load() -> Errno? {
            refusal { () throws(PfmError) in try context.load(on: .thread(7), by: fixture.root) }
        }
        #expect(load() == .invalidArgument)
        #expect(context.state == .unloaded)
        #expect(fixture.engine.threadSessionCount == 0)
        try context.createSet(5)
        #expect(load() == nil)
    }

    @Test("24: removing a loaded context gives its session back at once")
    func removal() throws {
        let fixture = try EngineFixture()
        for isMasked in [false, true] {
            let context = try fixture.context("a", events: ["cycles"])
            try fixture.write(context, pmd: 0) {
                $0.value = period(100)
                $0.flags = .overflowNotify
            }
            try context.load(on: .thread(7), by: fixture.root)
            try context.start()
            if isMasked { fixture.pass(100) }
            #expect(context.state == (isMasked ? .masked : .loaded))
            fixture.engine.removeContext(context)
            #expect(fixture.engine.threadSessionCount == 0)
            let other = try fixture.context("b", flags: .systemWide)
            try other.load(on: .cpu(0), by: fixture.root)
            fixture.engine.removeContext(other)
            #expect(fixture.engine.systemSessionCount == 0)
        }
    }

    @Test("26: groups decide who may have which kind of session, root included")
    func groups() throws {
        let fixture = try EngineFixture()
        fixture.engine.controls.systemGroup = 500
        let context = try fixture.engine.createContext("thread", by: fixture.root)
        let systemWide = refusal { () throws(PfmError) in
            try context.setFlags(.systemWide, by: fixture.root)
        }
        #expect(systemWide == .notPermitted)
        try context.load(on: .thread(7), by: fixture.root)
        fixture.engine.controls.taskGroup = 500
        fixture.engine.controls.systemGroup = Controls.anyGroup
        let made = refusal { () throws(PfmError) in
            _ = try fixture.engine.createContext("none", by: fixture.root)
        }
        #expect(made == .notPermitted)
        let member = Client(uid: 1000, gid: 1000, groups: [4, 500], tid: 1)
        _ = try fixture.engine.createContext("member", by: member)
    }
}
