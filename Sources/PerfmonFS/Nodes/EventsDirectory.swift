import FuseKit
import LinuxSupport
import PerfmonModel
import PerfmonEngine
import PerfmonEvents

/// `events/<pmu>/<EVENT>`: every event that can be counted. Nothing is listed before it is asked
/// for, because a CPU model has thousands.
enum EventsDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "events",
        families: [
            ChildFamily(
                "PMU",
                summary: "The events of one PMU.",
                isDirectory: true,
                names: { (mount, client) throws(PfmError) in
                    let catalog = mount.engine.catalog
                    return try names(by: client, mount) { catalog.pmus() }
                },
                find: { mount, name in
                    let pmu = FileNames.decode(name)
                    guard mount.engine.catalog.pmus().contains(pmu) else { return nil }
                    return .directory(
                        TableDirectory(pmuTable, of: Subject(mount: mount, pmu: pmu))
                    )
                }
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )

    private struct Subject {
        let mount: PerfmonMount
        let pmu: String
    }

    private static let pmuTable = DirectoryTable<Subject>(
        kind: "events/PMU",
        families: [
            ChildFamily(
                "EVENT",
                summary: "Encoding and description of one event.",
                isDirectory: false,
                names: { (subject, client) throws(PfmError) in
                    let (catalog, pmu) = (subject.mount.engine.catalog, subject.pmu)
                    return try names(by: client, subject.mount) { catalog.eventNames(pmu: pmu) }
                },
                find: { subject, name in
                    let event = NamedEvent(
                        catalog: subject.mount.engine.catalog,
                        pmu: subject.pmu,
                        name: FileNames.decode(name)
                    )
                    guard event.catalog.has(pmu: event.pmu, event: event.name) else { return nil }
                    return .file(TableFile(eventRow(name), of: event, in: eventTable))
                }
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.mount.history.record($1) }
    )

    /// The names that a listing shows; another thread collects them from sysfs and tracefs.
    private static func names(
        by client: Client,
        _ mount: PerfmonMount,
        _ collect: @escaping @Sendable () -> [String]
    ) throws(PfmError) -> [String] {
        do throws(Unanswered) {
            return try mount.services.lookups.answer("names") {
                Lookup(.computing, lane: UInt64(client.uid), limit: 10_000_000_000) {
                    collect().map(FileNames.encode)
                }
            }
        } catch {
            throw PfmError(error, "the list of events")
        }
    }

    private struct NamedEvent {
        let catalog: EventCatalog
        let pmu: String
        let name: String
    }

    private static let eventTable = DirectoryTable<NamedEvent>(
        kind: "events/PMU/EVENT",
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { _, _ in }
    )

    private static func eventRow(_ name: String) -> FileRow<NamedEvent> {
        FileRow(
            name,
            mode: 0o444,
            format: "KEY VALUE lines",
            summary: "Encoding and description of one event.",
            content: .longListing(prepare: { event, _ in
                { text in
                    let found = event.catalog.describe(pmu: event.pmu, event: event.name)
                    if let found { show(found, &text) }
                }
            })
        )
    }

    private static func show(_ event: EventDescription, _ text: inout TextBuffer) {
        text.append(line: "name \(event.name)")
        text.append(line: "pmu \(event.pmu)")
        if !event.text.isEmpty { text.append(line: "description \(event.text)") }
        switch event.selection {
        case .programmable(let image)?:
            text.append("pmc ")
            text.append(hex: image)
            text.newline()
        case .generic(let image, let operand)?:
            text.append("pmc ")
            text.append(hex: image)
            text.newline()
            if operand != 0 {
                text.append("operand ")
                text.append(hex: operand)
                text.newline()
            }
        case .fixed(let index, let control)?:
            text.append(line: "fixed_counter \(index) control \(control)")
        case nil: break
        }
        for modifier in event.modifiers {
            text.append(line: "modifier \(modifier.name) \(modifier.text)")
        }
    }
}

/// Names of events may hold a slash, which a file's name cannot.
enum FileNames {
    static func encode(_ name: String) -> String {
        name.contains("/")
            ? name.split(separator: "/", omittingEmptySubsequences: false)
                .joined(separator: "%2f") : name
    }

    static func decode(_ name: String) -> String {
        guard name.contains("%2f") else { return name }
        var result = ""
        var rest = name[...]
        while let first = rest.first {
            if rest.hasPrefix("%2f") {
                result.append("/")
                rest = rest.dropFirst(3)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
