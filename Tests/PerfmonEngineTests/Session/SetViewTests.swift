@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The view of a set (specification 7.8, 13.1).
@Suite struct SetViewTests {
    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }

    @Test func showsTheSetAsItStands() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(flags: .mapSets, events: ["cycles"], ["cycles"])
        let fresh = try context.view(ofSet: 0)
        #expect(fresh.count == 2584)
        #expect(fresh[..<2576].allSatisfy { $0 == 0 })
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        fixture.pass(1009)
        let running = try context.view(ofSet: 0)
        #expect(word(running, 0) == 1, "status; reserved")
        #expect(word(running, 8) == 1, "runs")
        #expect(word(running, 16) == 1009, "pmd0")
        #expect(try context.view(ofSet: 1)[0] == 0, "not the active one")
    }

    @Test func theSequenceIsEvenAndMovesWithEachUpdate() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(flags: .mapSets, events: ["cycles"])
        let first = word(try context.view(ofSet: 0), 2576)
        #expect(first % 2 == 0)
        #expect(word(try context.view(ofSet: 0), 2576) == first)
        try fixture.write(context, pmd: 3) { $0.value = 23 }
        let second = try context.view(ofSet: 0)
        #expect(word(second, 2576) == first + 2)
        #expect(word(second, 16 + 8 * 3) == 23)
    }

    @Test func thereIsNoneWithoutTheFlag() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        func view(_ set: UInt16) -> Errno? {
            refusal { () throws(PfmError) in _ = try context.view(ofSet: set) }
        }
        #expect(view(0) == .invalidArgument)
        try context.setFlags(.mapSets, by: fixture.root)
        #expect(view(0) == nil)
        #expect(view(1) == .invalidArgument)
    }
}
