@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The conformance list of the specification (section 18), by its numbers: registers.
@Suite struct RegisterConformanceTests {
    @Test("9: a bad register is refused, what was written before it stays")
    func badElement() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        let results = [(0, 0x53_003c), (9, 0x53_003c), (1, 0x53_00c0)].map { number, value in
            refusal { () throws(PfmError) in
                try context.writePmc(number, set: 0, value: UInt64(value))
            }
        }
        #expect(results == [nil, .invalidArgument, nil])
        #expect(context.sets[0].usedPmcs == [0, 1])
    }

    @Test("10: an implemented PMD can be read once it was written or named")
    func namedRegister() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        func read(_ number: Int) -> Errno? {
            refusal { () throws(PfmError) in _ = try context.readPmd(number, set: 0) }
        }
        #expect(read(1) == .invalidArgument)
        #expect(read(2) == .invalidArgument)
        try fixture.write(context, pmd: 0) {
            $0.sampledPmds = [1]
            $0.resetPmds = [2]
        }
        for number in [1, 2] {
            #expect(read(number) == nil)
            #expect(try context.readPmd(number, set: 0).value == 0)
        }
        try fixture.write(context, pmd: 0) {
            $0.sampledPmds = []
            $0.resetPmds = []
        }
        #expect(read(1) == nil, "used once is used for good")
    }

    @Test("4.3: a write replaces what it names and drops the overflow it is about")
    func writeAfterOverflow() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles", "branches"])
        for (pmd, events) in [(0, UInt64(1000)), (1, 200)] {
            try fixture.write(context, pmd: pmd) {
                $0.value = period(events)
                $0.flags = .overflowNotify
            }
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        #expect(try context.information(ofSet: 0).overflowedPmds == [0, 1])
        try fixture.write(context, pmd: 0) { $0.value = period(2000) }
        #expect(try context.information(ofSet: 0).overflowedPmds == [1])
        #expect(try context.readPmd(0, set: 0).lastResetValue == period(2000))
    }

    @Test("4.3: randomisation is for resets only")
    func writesAreNotRandomised() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.randomMask = .max
            $0.flags = .random
        }
        #expect(try context.readPmd(0, set: 0).value == period(1000))
        #expect(try context.readPmd(0, set: 0).lastResetValue == period(1000))
    }

    @Test("4.4: values of sets that are not active are those of their last activity")
    func inactiveSets() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"], ["cycles"])
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1000)
        try context.start(set: 1)
        fixture.pass(300)
        #expect(try context.readPmd(0, set: 0).value == 1000)
        #expect(try context.readPmd(0, set: 1).value == 300)
    }
}
