@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What users may have, and what they are told when they have it.
@Suite struct LimitTests {
    private let user = Client(uid: 1000, gid: 1000, tid: 70)
    private let other = Client(uid: 1001, gid: 1001, tid: 71)

    private func fixture(_ change: (inout Limits) -> Void) throws -> EngineFixture {
        var options = EngineOptions()
        change(&options.limits)
        return try EngineFixture(options: options)
    }

    private func error(_ command: () throws(PfmError) -> Void) -> PfmError? {
        do {
            try command()
            return nil
        } catch {
            return error
        }
    }

    @Test func aUserHasAQuarterAndRootTheRest() throws {
        let engine = try fixture { $0.contexts.total = 16 }.engine
        for number in 1...4 { _ = try engine.createContext("u\(number)", by: user) }
        let refused = error { () throws(PfmError) in _ = try engine.createContext("u5", by: user) }
        #expect(refused?.code == .diskQuotaExceeded)
        #expect(refused?.message == "uid 1000 has 4 contexts and may have 4")
        #expect(refused?.remedy == .raise(.userContexts, or: "remove some"))
        for uid in 1001...1002 as ClosedRange<UInt32> {
            for number in 1...4 {
                let client = Client(uid: uid, gid: uid, tid: 9)
                _ = try engine.createContext("v\(uid)-\(number)", by: client)
            }
        }
        let last = Client(uid: 1003, gid: 1003, tid: 9)
        for number in 1...3 { _ = try engine.createContext("w\(number)", by: last) }
        let together = error { () throws(PfmError) in _ = try engine.createContext("w4", by: last) }
        #expect(together?.code == .noSpace)
        #expect(
            together?.message
                == "users have 15 contexts together and may have 15; the rest is kept for root"
        )
        let root = Client(uid: 0, gid: 0, tid: 1)
        _ = try engine.createContext("root", by: root)
        let all = error { () throws(PfmError) in _ = try engine.createContext("more", by: root) }
        #expect(all?.code == .noSpace)
        #expect(all?.message == "there are 16 contexts and the limit is 16")
    }

    @Test func aChargeStaysWithWhoMadeTheContext() throws {
        let fixture = try fixture { $0.contexts = Limit(total: 100, perUser: 1) }
        let engine = fixture.engine
        let context = try engine.createContext("given", by: user)
        context.uid = other.uid
        #expect(
            refusal { () throws(PfmError) in _ = try engine.createContext("u", by: user) } != nil
        )
        _ = try engine.createContext("o", by: other)
        engine.removeContext(context)
        _ = try engine.createContext("u", by: user)
    }

    @Test func setsAreCharged() throws {
        let engine = try fixture { $0.sets = Limit(total: 100, perUser: 4) }.engine
        let context = try engine.createContext("a", by: user)
        for id in 1...3 as ClosedRange<UInt16> { try context.createSet(id) }
        let refused = error { () throws(PfmError) in try context.createSet(4) }
        #expect(refused?.code == .diskQuotaExceeded)
        #expect(refused?.message == "uid 1000 has 4 event sets and may have 4")
        #expect(
            refusal { () throws(PfmError) in _ = try engine.createContext("b", by: user) }
                == .diskQuotaExceeded
        )
        #expect(engine.usage(of: 1000)[0].used == 1, "a refused context is charged")
        try context.deleteSet(2)
        _ = try engine.createContext("b", by: user)
        engine.removeContext(context)
        #expect(engine.usage(of: 1000)[1].used == 1)
        #expect(engine.usage[1].used == 1)
    }

    @Test func descriptorsAreChargedToWhoLoads() throws {
        let fixture = try fixture { $0.descriptors = Limit(total: 100, perUser: 1) }
        let engine = fixture.engine
        let first = try engine.createContext("first", by: fixture.root)
        try first.load(on: .thread(7), by: user)
        let second = try engine.createContext("second", by: user)
        let refused = error { () throws(PfmError) in try second.load(on: .thread(8), by: user) }
        #expect(refused?.code == .tooManyOpenFilesInSystem)
        #expect(refused?.message == "uid 1000 has 1 descriptors and may have 1")
        #expect(engine.threadSessionCount == 1)
        try second.load(on: .thread(8), by: other)
        try first.unload()
        #expect(engine.usage(of: 1000)[2].used == 0)
        #expect(engine.usage(of: 1001)[2].used == 1)
        engine.removeContext(second)
        #expect(engine.usage(of: 1001)[2].used == 0)
    }

    @Test func clonesNeverTakeANameAgain() throws {
        let engine = try EngineFixture().engine
        let names = try (1...4).map { _ in try engine.createClone(by: user).name }
        #expect(names == ["clone-1", "clone-2", "clone-3", "clone-4"])
        for name in ["clone-3", "clone-2"] {
            if let context = engine.context(name) { engine.removeContext(context) }
        }
        _ = try engine.createContext("clone-2", by: user)
        #expect(try engine.createClone(by: user).name == "clone-5")
        _ = try engine.createContext("clone-6", by: user)
        #expect(try engine.createClone(by: user).name == "clone-7")
    }
}
