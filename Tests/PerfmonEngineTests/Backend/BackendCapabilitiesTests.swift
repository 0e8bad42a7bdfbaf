@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What a backend does not declare is refused by the engine, with a sentence that names the backend,
/// when it is set.
@Suite
struct BackendCapabilitiesTests {
    private let root = Client(uid: 0, gid: 0, tid: 1)

    /// A context over the simulated PMU without some of its capabilities.
    private func context(
        _ limit: (inout BackendCapabilities) -> Void
    ) throws -> (Context, LimitedBackend, Engine) {
        let backend = try LimitedBackend(limit)
        let engine = Engine(backend: backend)
        return (try engine.createContext("c", by: root), backend, engine)
    }

    private func expectRefusal(
        _ word: String,
        _ command: () throws -> Void,
        _ place: SourceLocation = #_sourceLocation
    ) {
        do {
            try command()
            Issue.record("nothing was refused", sourceLocation: place)
        } catch let error as PfmError {
            #expect(error.code == .notSupported, sourceLocation: place)
            #expect(error.message.contains("the limited backend"), sourceLocation: place)
            #expect(error.message.contains(word), sourceLocation: place)
            #expect(error.remedy != nil, sourceLocation: place)
        } catch {
            Issue.record(error, sourceLocation: place)
        }
    }

    @Test("flags")
    func flags() throws {
        let (blocking, _, engine) = try context { $0.canBlock = false }
        expectRefusal("block") { try blocking.setFlags(.notifyBlock, by: root) }
        #expect(blocking.flags == [])
        try blocking.setFlags(.inherit, by: root)
        let (inheriting, _, other) = try context { $0.canInherit = false }
        expectRefusal("children") { try inheriting.setFlags([.inherit, .mapSets], by: root) }
        #expect(inheriting.flags == [])
        try inheriting.setFlags(.notifyBlock, by: root)
        let (wide, _, third) = try context { $0.targets = [.thread] }
        expectRefusal("whole CPUs") { try wide.setFlags(.systemWide, by: root) }
        withExtendedLifetime((engine, other, third)) {}
    }

    @Test("targets, before the backend is asked")
    func targets() throws {
        let (context, backend, engine) = try context { $0.targets = [.cpu] }
        try context.setEvents(["cycles"], set: 0)
        expectRefusal("thread 7") { try context.load(on: .thread(7), by: root) }
        #expect(backend.attached == 0)
        #expect(engine.threadSessionCount == 0)
        try context.setFlags(.systemWide, by: root)
        try context.load(on: .cpu(0), by: root)
        #expect(backend.attached == 1)
    }

    @Test("events, by name and by register")
    func events() throws {
        let (context, backend, engine) = try context { $0.eventKinds = [.software] }
        expectRefusal("'cycles'") { try context.setEvents(["cycles"], set: 0) }
        expectRefusal("native") { try context.writePmc(0, set: 0, value: 0x53_003c) }
        #expect(backend.validated == 0)
        // A register that enables nothing selects no event.
        try context.writePmc(0, set: 0, value: 0x13_003c)
        withExtendedLifetime(engine) {}
    }

    @Test("overflows and what is stored at them")
    func overflows() throws {
        let (context, _, engine) = try context { $0.overflow = .none }
        var settings = CounterSettings()
        settings.flags = .overflowNotify
        expectRefusal("overflows") { try context.writePmd(0, set: 0, settings) }
        settings.flags = .random
        try context.writePmd(0, set: 0, settings)
        expectRefusal("overflows") { try context.setFormat("default", by: root) }
        let (chainless, _, other) = try self.context { $0.callChains = false }
        expectRefusal("stacks") { try chainless.setFormat("stacks", by: root) }
        try chainless.setFormat("default", ["buf_size": 1 << 16], by: root)
        withExtendedLifetime((engine, other)) {}
    }

    @Test("every kind of the generic layout has its word")
    func kinds() throws {
        #expect(EventSelection.programmable(0).kind == .native)
        #expect(EventSelection.fixed(index: 0, control: 1).kind == .native)
        #expect(Events.pageFaults.kind == .software)
        #expect(Events.cycles.kind == .hardware)
        #expect(Events.generic(4, 0).kind == .cache)
        #expect(Events.generic(3, 7).kind == .tracepoint)
        #expect(Events.generic(5, 1 << 36 | 2 << 40, operand: 0x4000).kind == .breakpoint)
        #expect(Events.generic(6, 1).kind == .probe)
        #expect(Events.generic(7, 0).kind == .device)
        #expect(Events.generic(9, 0).kind == nil)
    }
}
