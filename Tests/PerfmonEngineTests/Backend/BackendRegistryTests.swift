@testable import PerfmonEngine
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Which backend a word takes.
@Suite
struct BackendRegistryTests {
    private static func row(_ name: String, isAutomatic: Bool, missing: String?) -> BackendRow {
        BackendRow(
            name: name,
            isAutomatic: isAutomatic,
            probe: { missing },
            facts: { [("size", "7")] },
            make: { (settings) throws(PfmError) in
                if let missing { throw PfmError(.noFunction, "\(name): \(missing)") }
                return try SimulatedBackend.row.make(settings)
            }
        )
    }

    private let registry = BackendRegistry([
        row("first", isAutomatic: true, missing: "not here"),
        row("second", isAutomatic: false, missing: nil),
        row("third", isAutomatic: true, missing: nil),
    ])

    @Test("auto takes the first automatic one that works")
    func automatic() throws {
        #expect(try registry.make("auto", BackendSettings()).row.name == "third")
        #expect(try registry.make("second", BackendSettings()).row.name == "second")
    }

    @Test("the refusal is the backend's own")
    func refused() throws {
        #expect(throws: PfmError(.noFunction, "first: not here")) {
            try registry.make("first", BackendSettings())
        }
        let lonely = BackendRegistry([registry.rows[0]])
        #expect(throws: PfmError(.noFunction, "first: not here")) {
            try lonely.make("auto", BackendSettings())
        }
        let error = #expect(throws: PfmError.self) {
            try registry.make("fourth", BackendSettings())
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.hint == "backend= takes auto, first, second, third")
    }

    @Test("reports say what is missing")
    func reports() {
        let reports = registry.reports
        #expect(reports.map(\.name) == ["first", "second", "third"])
        #expect(reports.map(\.isAvailable) == [false, true, true])
        #expect(reports[0].facts.map(\.key) == ["size", "reason"])
        #expect(reports[0].facts.last?.value == "not here")
        #expect(reports[1].facts.map(\.key) == ["size"])
    }

    @Test("settings reach the backend")
    func settings() throws {
        var settings = BackendSettings()
        #expect(try registry.make("third", settings).backend.manualControls?.isManual == false)
        settings.hasManualClock = true
        #expect(try registry.make("third", settings).backend.manualControls?.isManual == true)
    }
}
