@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Reading and writing registers (specification 4.2 to 4.4, conformance 9, 10).
@Suite struct RegisterTests {
    @Test func reservedBitsKeepTheirDefault() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        let register = try #require(context.pmu.pmc(0))
        #expect(context.sets[0].pmcValue(register) == 0x10_0000)
        try context.writePmc(0, set: 0, value: 0xffff_ffff_0063_00c0)
        #expect(context.sets[0].pmcValue(register) == 0x53_00c0)
        #expect(context.notes == [.reservedBits(0xffff_ffff_0030_0000)])
        try context.writePmc(0, set: 0, value: 0x53_00c0)
        #expect(context.notes.isEmpty)
    }

    @Test func namesAndRawValuesAreOneState() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "instructions:u"])
        let set = context.sets[0]
        #expect(set.pmcValue(try #require(context.pmu.pmc(1))) == 0x51_00c0)
        try context.writePmc(0, set: 0, value: 0x53_00c4)
        #expect(context.eventName(ofPmd: 0, in: set) == "branches")
        try context.writePmc(0, set: 0, value: 0x13_00c4)
        #expect(context.eventName(ofPmd: 0, in: set) == nil, "bit 22 enables the counter")
    }

    @Test func missingRegistersAndSetsAreRefused() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        func pmc(_ number: Int, set: UInt16 = 0) -> Errno? {
            refusal { () throws(PfmError) in
                try context.writePmc(number, set: set, value: 0)
            }
        }
        func pmd(_ number: Int, set: UInt16 = 0, _ settings: CounterSettings = .init()) -> Errno? {
            refusal { () throws(PfmError) in
                try context.writePmd(number, set: set, settings)
            }
        }
        #expect(pmc(4) == .invalidArgument)
        #expect(pmc(-1) == .invalidArgument)
        #expect(pmc(0, set: 3) == .invalidArgument)
        #expect(pmd(4) == .invalidArgument)
        #expect(pmd(319) == .invalidArgument)
        #expect(pmd(0, set: 3) == .invalidArgument)
        var vector = CounterSettings()
        vector.sampledPmds = [1, 9]
        #expect(pmd(0, vector) == .invalidArgument)
        vector.sampledPmds = nil
        vector.resetPmds = [300]
        #expect(pmd(0, vector) == .invalidArgument)
    }

    @Test func onlyUsedRegistersCanBeRead() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        let unused = refusal { () throws(PfmError) in _ = try context.readPmd(2, set: 0) }
        #expect(unused == .invalidArgument)
        try fixture.write(context, pmd: 0) { $0.sampledPmds = [2] }
        #expect(try context.readPmd(2, set: 0).value == 0)
    }

    @Test func eventsThatCannotBeCountedAreRefused() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        func write(_ value: UInt64) -> Errno? {
            refusal { () throws(PfmError) in try context.writePmc(1, set: 0, value: value) }
        }
        #expect(write(0x53_00ff) == .notSupportedOnSocket)
        #expect(write(0x40_00c0) == .invalidArgument, "neither user nor kernel mode")
        #expect(write(0x157_00c0) == .notSupportedOnSocket, "counter mask")
        let register = try #require(context.pmu.pmc(1))
        #expect(context.sets[0].pmcValue(register) == 0x10_0000, "nothing is lost, nothing kept")
        let unknown = refusal { () throws(PfmError) in
            try context.setEvents(["cycles", "bogus"], set: 0)
        }
        #expect(unknown == .noSuchFileOrDirectory)
        #expect(context.eventName(ofPmd: 0, in: context.sets[0]) == "cycles")
        let tooMany = refusal { () throws(PfmError) in
            try context.setEvents(Array(repeating: "cycles", count: 5), set: 0)
        }
        #expect(tooMany == .noSpace)
    }

    @Test func fixedCountersAreProgrammedByTheirControlRegister() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        try context.writePmc(16, set: 0, value: 0x321)
        let register = try #require(context.pmu.pmc(16))
        #expect(context.sets[0].pmcValue(register) == 0xba9)
        for pmd in 16...18 { try fixture.write(context, pmd: pmd) { $0.value = 0 } }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(10_000)
        #expect(try context.readPmd(16, set: 0).value == 1600, "instructions in the kernel")
        #expect(try context.readPmd(17, set: 0).value == 8000, "cycles in user mode")
        #expect(try context.readPmd(18, set: 0).value == 1000, "reference cycles in both")
    }

    @Test func writesWhileCountingTakeEffectAtOnce() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try fixture.write(context, pmd: 0) { $0.value = 5 }
        fixture.pass(100)
        #expect(try context.readPmd(0, set: 0).value == 105)
        #expect(try context.readCounters()[0].value == 100)
        try context.writePmc(0, set: 0, value: 0x53_00c4)
        fixture.pass(100)
        #expect(try context.readPmd(0, set: 0).value == 125)
        try context.writePmc(1, set: 0, value: 0x53_003c)
        try fixture.write(context, pmd: 1) { $0.value = 0 }
        fixture.pass(100)
        #expect(try context.readPmd(1, set: 0).value == 100)
        try fixture.write(context, pmd: 1) {
            $0.value = period(50)
            $0.flags = .overflowNotify
        }
        fixture.pass(100)
        #expect(context.state == .masked, "a period written while counting overflows")
    }

    @Test func countsSurviveUnloadAndLoad() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.unload()
        fixture.pass(1000)
        #expect(try context.readPmd(0, set: 0).value == 1000)
        #expect(try context.readCounters()[0].value == 1000)
        try context.load(on: .thread(8), by: fixture.root)
        try context.start()
        fixture.pass(1)
        #expect(try context.readPmd(0, set: 0).value == 1001)
        #expect(try context.readCounters()[0].value == 1)
    }

    @Test func sleepingThreadIsATrueZero() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        #expect(try context.readCounters()[0].quality == .notCounted)
        try context.load(on: .thread(7), by: fixture.root)
        fixture.backend.setPaused(true, thread: 7)
        try context.start()
        fixture.pass(1000)
        let reading = try context.readCounters()[0]
        #expect(reading.quality == .exact)
        #expect(reading.value == 0)
    }

    @Test func registerSetsPrintAsRanges() {
        #expect(RegisterSet([0, 1, 2, 5, 63, 64, 319]).description == "0-2,5,63-64,319")
        #expect(RegisterSet([]).description == "none")
        #expect(RegisterSet([320, -1]).isEmpty)
        #expect(RegisterSet([64])[word: 1] == 1)
    }
}
