@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Who may be loaded beside whom, and who may make what (specification 9.1, 10.1; conformance 2,
/// 11, 12, 26).
@Suite struct SessionRuleTests {
    private func load(
        _ fixture: EngineFixture,
        _ name: String,
        _ target: Target
    ) throws -> Errno? {
        let isSystemWide = target.isSystemWide
        let context = try fixture.context(name, flags: isSystemWide ? .systemWide : [])
        return refusal { () throws(PfmError) in
            try context.load(on: target, by: fixture.root)
        }
    }

    @Test func kindsExcludeEachOther() throws {
        let fixture = try EngineFixture()
        #expect(try load(fixture, "a", .cpu(0)) == nil)
        #expect(try load(fixture, "b", .cpu(1)) == nil)
        #expect(try load(fixture, "c", .cpu(0)) == .resourceBusy)
        #expect(try load(fixture, "d", .thread(5)) == .resourceBusy)
        #expect(fixture.engine.systemSessionCount == 2)
        try fixture.engine.context("a")?.unload()
        try fixture.engine.context("b")?.unload()
        #expect(try load(fixture, "e", .thread(5)) == nil)
        #expect(try load(fixture, "f", .thread(5)) == .fileExists)
        #expect(try load(fixture, "g", .thread(6)) == nil)
        #expect(try load(fixture, "h", .cpu(0)) == .resourceBusy)
        #expect(fixture.engine.threadSessionCount == 2)
    }

    @Test func mixingCanBeAllowed() throws {
        var options = EngineOptions()
        options.allowsMixedSessions = true
        let fixture = try EngineFixture(options: options)
        #expect(try load(fixture, "a", .cpu(0)) == nil)
        #expect(try load(fixture, "b", .thread(5)) == nil)
        #expect(try load(fixture, "c", .cpu(0)) == .resourceBusy)
        #expect(try load(fixture, "d", .thread(5)) == .fileExists)
    }

    @Test func refusalsNameTheHolder() throws {
        let fixture = try EngineFixture()
        _ = try load(fixture, "first", .thread(5))
        let second = try fixture.context("second")
        let error = #expect(throws: PfmError.self) {
            try second.load(on: .thread(5), by: fixture.root)
        }
        #expect(error?.message.contains("first") == true)
    }

    @Test func removalReleasesTheSession() throws {
        let fixture = try EngineFixture()
        _ = try load(fixture, "a", .thread(5))
        if let context = fixture.engine.context("a") { fixture.engine.removeContext(context) }
        #expect(fixture.engine.threadSessionCount == 0)
        #expect(try load(fixture, "b", .thread(5)) == nil)
    }

    @Test func targetsMustFitTheFlags() throws {
        let fixture = try EngineFixture()
        let thread = try fixture.context("thread")
        let system = try fixture.context("system", flags: .systemWide)
        func load(_ context: Context, _ target: Target) -> Errno? {
            refusal { () throws(PfmError) in try context.load(on: target, by: fixture.root) }
        }
        #expect(load(thread, .cpu(0)) == .invalidArgument)
        #expect(load(system, .thread(5)) == .invalidArgument)
        #expect(load(system, .cpu(99)) == .invalidArgument)
        fixture.threads.end(44)
        #expect(load(thread, .thread(44)) == .noSuchProcess)
        #expect(fixture.engine.threadSessionCount == 0)
    }

    @Test func contradictingFlagsAreRefused() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context()
        for flags in [
            [.systemWide, .notifyBlock], [.systemWide, .inherit], [.notifyBlock, .inherit],
        ] as [ContextFlags] {
            let result = refusal { () throws(PfmError) in
                try context.setFlags(flags, by: fixture.root)
            }
            #expect(result == .invalidArgument)
        }
        #expect(context.flags == [])
    }

    @Test func groupsDecideWhoMayMakeWhat() throws {
        let fixture = try EngineFixture()
        let member = Client(uid: 1000, gid: 1000, groups: [500], tid: 1)
        let stranger = Client(uid: 1001, gid: 1001, tid: 2)
        fixture.engine.controls.systemGroup = 500
        let context = try fixture.engine.createContext("a", by: stranger)
        let byStranger = refusal { () throws(PfmError) in
            try context.setFlags(.systemWide, by: stranger)
        }
        #expect(byStranger == .notPermitted)
        try context.setFlags(.systemWide, by: member)
        fixture.engine.controls.taskGroup = 500
        let made = refusal { () throws(PfmError) in
            _ = try fixture.engine.createContext("b", by: stranger)
        }
        #expect(made == .notPermitted)
        let byRoot = refusal { () throws(PfmError) in
            _ = try fixture.engine.createContext("c", by: fixture.root)
        }
        #expect(byRoot == .notPermitted, "root is not exempt")
        _ = try fixture.engine.createContext("d", by: member)
    }

    @Test func groupsAreAskedOnce() throws {
        let fixture = try EngineFixture()
        let stranger = Client(uid: 1001, gid: 1001, tid: 2)
        let context = try fixture.engine.createContext("a", by: stranger)
        fixture.engine.controls.taskGroup = 500
        try context.setFlags(.mapSets, by: stranger)
        try context.load(on: .thread(7), by: stranger)
        try context.unload(by: stranger)
        let systemWide = refusal { () throws(PfmError) in
            try context.setFlags(.systemWide, by: stranger)
        }
        #expect(systemWide == .notPermitted, "another kind of session is asked for")
        let member = Client(uid: 1000, gid: 600, groups: [500], tid: 1)
        fixture.engine.controls.systemGroup = 600
        let other = try fixture.engine.createContext("b", by: member)
        try other.setFlags(.systemWide, by: member)
        fixture.engine.controls.systemGroup = 700
        try other.setFlags([.systemWide, .mapSets], by: member)
        try other.load(on: .cpu(0), by: member)
    }

    /// Every combination of groups, membership and kind, against the list of specification 10.1.
    @Test(arguments: [nil, 500] as [Int32?], [nil, 600] as [Int32?])
    func groupsAsTheOriginalCodedThem(_ system: Int32?, _ task: Int32?) throws {
        for groups in [[], [500], [600], [500, 600]] as [[UInt32]] {
            let client = Client(uid: 1000, gid: 1000, groups: groups, tid: 1)
            for isSystemWide in [false, true] {
                let fixture = try EngineFixture()
                fixture.engine.controls.systemGroup = system ?? Controls.anyGroup
                fixture.engine.controls.taskGroup = task ?? Controls.anyGroup
                let result = refusal { () throws(PfmError) in
                    let context = try fixture.engine.createContext("c", by: client)
                    if isSystemWide { try context.setFlags(.systemWide, by: client) }
                    try context.load(on: isSystemWide ? .cpu(0) : .thread(7), by: client)
                }
                let failsSystem = isSystemWide && system != nil && !groups.contains(500)
                let failsTask = task != nil && !groups.contains(600)
                let expected: Errno? = failsSystem || failsTask ? .notPermitted : nil
                #expect(result == expected, "groups \(groups), system-wide \(isSystemWide)")
            }
        }
    }

    @Test func namesAndLimits() throws {
        var options = EngineOptions()
        options.limits.contexts.total = 2
        options.maximumSets = 2
        let fixture = try EngineFixture(options: options)
        func make(_ name: String) -> Errno? {
            refusal { () throws(PfmError) in
                _ = try fixture.engine.createContext(name, by: fixture.root)
            }
        }
        for name in ["", ".", ".hidden", "a\nb", "a/b", String(repeating: "x", count: 256)] {
            #expect(make(name) == .invalidArgument)
        }
        #expect(make("a") == nil)
        #expect(make("a") == .fileExists)
        #expect(make("b") == nil)
        #expect(make("c") == .noSpace)
        let context = try #require(fixture.engine.context("a"))
        try context.createSet(1)
        #expect(refusal { () throws(PfmError) in try context.createSet(2) } == .noSpace)
    }

    @Test func cloneNamesAreUnique() throws {
        let fixture = try EngineFixture()
        let first = try fixture.engine.createClone(by: fixture.root)
        let second = try fixture.engine.createClone(by: fixture.root)
        #expect(first.name != second.name)
        #expect(first.lifetime == .descriptor)
    }
}
