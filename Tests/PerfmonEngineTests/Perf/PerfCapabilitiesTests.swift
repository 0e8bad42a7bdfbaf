import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

extension PerfTests {
    /// What the backend finds out about the machine.
    @Suite
    struct PerfCapabilitiesTests {
        @Test(
            "the self-test finds no fault in this kernel, and leaves nothing behind",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func examine() throws {
            let backend = try PerfBackend()
            let before = MonotonicClock.now
            let found = backend.examine()
            #expect(MonotonicClock.now - before < 500_000_000)
            #expect(found.checks.map(\.fault) == found.checks.map { _ in "" })
            #expect(found.checks.count == 5)
            #expect(found.canHold)
            #expect(found.paranoid == backend.kernel.paranoid)
            for name in ["software", "clock"] {
                let kind = try #require(found.kinds.first { $0.name == name })
                #expect(kind == .init(name: name, refusal: "", canOverflow: true))
            }
            let hardware = try #require(found.kinds.first { $0.name == "hardware" })
            #expect(hardware.refusal.isEmpty == backend.pmus.hasHardware)
            if !backend.pmus.hasHardware { #expect(hardware.refusal.contains("'cycles'")) }
            #expect(backend.sessions.isEmpty)
            #expect(backend.active.isEmpty)
        }
    }
}
