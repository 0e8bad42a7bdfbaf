import FuseKit
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
                names: { mount, _ in mount.engine.catalog.pmus().map(FileNames.encode) },
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
                names: { subject, _ in
                    subject.mount.engine.catalog.eventNames(pmu: subject.pmu)
                        .map(FileNames.encode)
                },
                find: { subject, name in
                    let event = FileNames.decode(name)
                    guard
                        let found = subject.mount.engine.catalog.describe(
                            pmu: subject.pmu,
                            event: event
                        )
                    else { return nil }
                    return .file(TableFile(eventRow(name), of: found, in: eventTable))
                }
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.mount.history.record($1) }
    )

    private static let eventTable = DirectoryTable<EventDescription>(
        kind: "events/PMU/EVENT",
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { _, _ in }
    )

    private static func eventRow(_ name: String) -> FileRow<EventDescription> {
        FileRow(
            name,
            mode: 0o444,
            format: "KEY VALUE lines",
            summary: "Encoding and description of one event.",
            content: .listing(show: { event, _, text in show(event, &text) })
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
