@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import SimulatedBackend

/// The simulated PMU under another name, of which a test takes capabilities away. What is refused
/// must not reach it.
final class LimitedBackend: CounterBackend {
    let name = "limited"
    let capabilities: BackendCapabilities
    private(set) var attached = 0
    private(set) var validated = 0
    private let inner: SimulatedBackend

    init(_ limit: (inout BackendCapabilities) -> Void) throws {
        let clock = SimulatedClock(isManual: true)
        inner = try SimulatedBackend(clock: clock, threads: ScriptedThreads())
        var capabilities = inner.capabilities
        limit(&capabilities)
        self.capabilities = capabilities
    }

    var pmu: PmuDescription { inner.pmu }
    var manualControls: (any ManualControls)? { inner.manualControls }
    var lookups: Lookups? { inner.lookups }
    var eventSources: [any EventSource] { inner.eventSources }
    var now: UInt64 { inner.now }
    var eventDescriptor: Int32 { inner.eventDescriptor }
    var timeoutTick: UInt64 { inner.timeoutTick }

    func descriptors(for request: AttachRequest) -> Int { inner.descriptors(for: request) }

    func placements(for request: AttachRequest) throws(PfmError) -> [Placement] {
        try inner.placements(for: request)
    }

    func validate(_ selection: EventSelection, systemWide: Bool) throws(PfmError) {
        validated += 1
        try inner.validate(selection, systemWide: systemWide)
    }

    func attach(_ request: AttachRequest) throws(PfmError) -> any CounterSession {
        attached += 1
        return try inner.attach(request)
    }

    func drainEvents(_ handler: (BackendEvent) -> Void) {
        inner.drainEvents(handler)
    }
}
