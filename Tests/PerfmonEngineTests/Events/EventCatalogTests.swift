@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct EventCatalogTests {
    static func catalog(_ tree: String, layout: RawEvents.Layout = .generic) -> EventCatalog {
        EventCatalog(
            sources: KernelEventSources(
                files: Fixture.files(tree),
                libpfm: "/nonexistent/libpfm.so.4",
                layout: layout
            ).all
        )
    }

    let server = catalog("server")
    let guest = catalog("guest")

    @Test(
        arguments: [
            ("faults", "page-faults"),
            ("cpu-cycles:u", "cycles:u"),
            ("l1d-loads", "L1-dcache-loads"),
            ("mem:16384/4:rw", "mem:0x4000:rw"),
            ("power/event=2/", "power/energy-pkg/"),
            ("sched:sched_switch:uk", "sched:sched_switch"),
            ("r3c", "cpu/cpu-cycles/"),
        ] as [(String, String)]
    )
    func namesCanonically(name: String, canonical: String) throws {
        let selection = try server.resolve(name)
        #expect(server.name(of: selection) == canonical)
        #expect(try server.resolve(canonical) == selection)
    }

    @Test func nativeRawNamesComeLast() throws {
        let native = Self.catalog("server", layout: .native)
        #expect(native.name(of: try native.resolve("r01c0:u")) == "r1c0:u")
    }

    @Test func suggestsTheNearestOfAllSources() throws {
        let error = try failure { () throws(PfmError) in try server.resolve("pagefaults") }
        #expect(error.code == .noSuchFileOrDirectory)
        #expect(error.message == "unknown event 'pagefaults'")
        #expect(error.hint.hasPrefix("did you mean page-faults"))
        #expect(error.subject == "pagefaults")
        let plain = try failure { () throws(PfmError) in try server.resolve("sched_switch") }
        #expect(plain.hint == "did you mean sched:sched_switch?")
        let alias = try failure { () throws(PfmError) in try server.resolve("migratons:k") }
        #expect(alias.hint.hasPrefix("did you mean migrations:k"))
        let none = try failure { () throws(PfmError) in try server.resolve("xyzzyplughxyzzy") }
        #expect(none.remedy == .listedEvents(""))
    }

    @Test(
        arguments: [
            ("page-fault", "page-faults"), ("cpu-cycle", "cpu-cycles"),
            ("cpu-cycle:u", "cpu-cycles:u"), ("instruction", "instructions"),
            ("L1-dcache-lods", "L1-dcache-loads"), ("context-switch", "context-switches"),
            ("sched:sched_swich", "sched:sched_switch"),
            ("shed:sched_switch", "sched:sched_switch"),
            ("sched:sched_swich:k", "sched:sched_switch:k"),
            ("sys_enter_read", "syscalls:sys_enter_read"),
            ("powr/energy-pkg/", "power/energy-pkg/"), ("energy-pkg", "power/energy-pkg/"),
        ]
    )
    func suggestsWhatWasMeant(name: String, meant: String) throws {
        let error = try failure { () throws(PfmError) in try server.resolve(name) }
        #expect(error.code == .noSuchFileOrDirectory)
        #expect(error.hint.hasPrefix("did you mean \(meant)"), "\(error.hint)")
        _ = try server.resolve(meant)
    }

    /// Names that another source takes for its own say what they have instead.
    @Test func suggestsEventsOfTheDeviceThatWasNamed() throws {
        let error = try failure { () throws(PfmError) in try server.resolve("power/energy-pgk/") }
        #expect(error.code == .invalidArgument)
        #expect(error.hint.hasPrefix("near: energy-pkg"), "\(error.hint)")
    }

    @Test func saysWhereANameMayHide() throws {
        for name in ["sched:sched_switch", "sched_switch"] {
            let error = try failure { () throws(PfmError) in try guest.resolve(name) }
            #expect(error.code == .noSuchFileOrDirectory)
            #expect(error.hint.contains("mount -t tracefs nodev /sys/kernel/tracing"))
        }
        let model = try failure { () throws(PfmError) in try guest.resolve("INST_RETIRED:ANY_P") }
        #expect(model.hint.contains("a PMU of the CPU's own"))
        let library = try failure { () throws(PfmError) in try server.resolve("INST_RETIRED:ANY_P")
        }
        #expect(library.hint.contains("libpfm4"))
    }

    @Test func passesOnWhatASourceRefuses() throws {
        let error = try failure { () throws(PfmError) in try server.resolve("context-switches:u") }
        #expect(error.code == .invalidArgument)
        #expect(throws: PfmError.self) { try server.resolve("cpu/nothing/") }
    }

    @Test func listsEveryEventOnce() throws {
        let lines = Array(server.available())
        #expect(Set(lines).count == lines.count)
        #expect(lines.contains("software page-faults page faults"))
        #expect(lines.contains("tracepoint sched:sched_switch"))
        #expect(lines.contains { $0.hasPrefix("breakpoint mem:ADDRESS[/LENGTH][:ACCESS] ") })
        #expect(lines.contains { $0.hasPrefix("power power/energy-pkg/ event=0x02; ") })
        #expect(lines.allSatisfy { !$0.contains("\n") })
        #expect(lines.count == 12 + 10 + 32 + 1 + 3 + 1 + 1 + 1 + 4 + 1)
        let small = Array(guest.available())
        #expect(small.count == 12 + 1 + 2)
    }

    /// Every listed name is one that can be written, but for those that are forms; and what it
    /// stands for has a name that stands for the same.
    @Test(arguments: ["server", "guest"])
    func listedNamesResolve(tree: String) throws {
        let catalog = Self.catalog(tree)
        var forms: [String] = []
        for pmu in catalog.pmus() {
            for event in catalog.eventNames(pmu: pmu) {
                #expect(!event.contains("/"), "\(event) is no name of a file")
                let description = try #require(catalog.describe(pmu: pmu, event: event))
                #expect(description.pmu == pmu)
                if let selection = description.selection {
                    #expect(try catalog.resolve(description.name) == selection)
                    let name = try #require(catalog.name(of: selection))
                    #expect(try catalog.resolve(name) == selection)
                } else {
                    forms.append(description.name)
                }
            }
        }
        #expect(
            forms
                == (tree == "server"
                    ? [
                        "mem:ADDRESS[/LENGTH][:ACCESS]", "hv_gpci/timebase,partition_id=?/",
                        "rCODE",
                    ]
                    : ["mem:ADDRESS[/LENGTH][:ACCESS]"])
        )
    }

    /// Modifiers survive the way to an encoding and back.
    @Test(arguments: ["u", "k", "uk", "uh", "p", "ppp", "G", "H", "I", "ukppGI"])
    func modifiedNamesAreFoundAgain(letters: String) throws {
        var count = 0
        for pmu in ["software", "hardware", "cache", "power", "cpu"] {
            for event in server.eventNames(pmu: pmu) {
                let plain = try #require(server.describe(pmu: pmu, event: event)).name
                let name = plain + (plain.hasSuffix("/") ? "" : ":") + letters
                guard let selection = try? server.resolve(name) else {
                    #expect(pmu == "software", "\(name)")
                    continue
                }
                let canonical = try #require(server.name(of: selection))
                #expect(try server.resolve(canonical) == selection, "\(name) -> \(canonical)")
                count += 1
            }
        }
        #expect(count >= 10 + 32 + 4)
    }

    /// The same on the kernel that runs here.
    @Test func everyNameOfThisKernelResolves() throws {
        let catalog = EventCatalog(sources: KernelEventSources(layout: .generic).all)
        var names = 0
        for line in catalog.available() {
            let fields = line.split(separator: " ", maxSplits: 2)
            let listed = try #require(fields.count > 1 ? String(fields[1]) : nil)
            guard listed != "rCODE", !listed.hasPrefix("mem:"), !listed.contains("=?") else {
                continue
            }
            let selection = try catalog.resolve(listed)
            let name = try #require(catalog.name(of: selection), "\(listed)")
            #expect(try catalog.resolve(name) == selection, "\(listed) -> \(name)")
            names += 1
        }
        #expect(names >= SoftwareEvent.all.count)
    }

    @Test func looksOnlyWhenAsked() {
        final class Counting: EventSource, @unchecked Sendable {
            var looked: [String] = []
            func pmus() -> [String] { ["one", "two"] }
            func eventNames(pmu: String) -> [String] {
                looked.append(pmu)
                return ["\(pmu)-a", "\(pmu)-b"]
            }
            func describe(pmu: String, event: String) -> EventDescription? { nil }
            func resolve(_ name: String) throws(PfmError) -> EventSelection? { nil }
            func name(of selection: EventSelection) -> String? { nil }
            func namesNear(_ name: String) -> [String] { [] }
        }
        let source = Counting()
        var lines = EventCatalog(sources: [source]).available().makeIterator()
        #expect(source.looked.isEmpty)
        #expect(lines.next() == "one one-a")
        #expect(source.looked == ["one"])
        #expect(lines.next() == "one one-b")
        #expect(lines.next() == "two two-a")
        #expect(source.looked == ["one", "two"])
    }
}
