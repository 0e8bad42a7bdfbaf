internal import LinuxSupport
@testable import FuseKit
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage

/// A small tree for tests: a counter that can be read and set, things that are made and removed,
/// a listing, a log that waits, and a file that comes and goes.
final class Workshop {
    var value = 7
    var renderings = 0
    var things: [String: Thing] = [:]
    var listing = ["first", "second"]
    var hasExtra = false
    var ownership = Ownership(mode: 0o755, uid: 0, gid: 0)
    var fileOwnership: [String: Ownership] = [:]
    var reports: [CommandReport] = []
    var stored: [String] = []
    let changes = WaitQueue()
    let log = StreamLog()

    /// What one mkdir makes.
    final class Thing {
        unowned let workshop: Workshop
        let name: String
        var isGone = false

        init(_ name: String, in workshop: Workshop) {
            self.name = name
            self.workshop = workshop
        }
    }

    func content(services: MountServices = MountServices()) -> MountContent {
        MountContent(root: TableDirectory(Self.table, of: self), services: services)
    }

    var root: TableDirectory<Workshop> {
        TableDirectory(Self.table, of: self)
    }

    /// Stores a number; the word `bad` is refused by name, `fail` without one.
    func store(_ line: PerfmonFS.CommandLine) throws(PfmError) {
        stored.append(line.text)
        for word in line.words where word.text == "bad" {
            throw PfmError(
                .invalidArgument,
                "bad: not a number",
                hint: "write digits",
                subject: "bad"
            )
        }
        if line.text == "fail" {
            throw PfmError(.resourceBusy, "always fails")
        }
        value = Int(line.trimmed) ?? value
    }

    static let table = DirectoryTable<Workshop>(
        kind: "workshop",
        files: [
            FileRow(
                "value",
                mode: 0o644,
                format: "N",
                summary: "A number.",
                content: .value(
                    show: { (workshop, _, text) throws(PfmError) in
                        workshop.renderings += 1
                        guard workshop.value >= 0 else {
                            throw PfmError(.noData, "not counted")
                        }
                        text.append(line: workshop.value)
                    },
                    store: { (workshop, _, line) throws(PfmError) in try workshop.store(line) }
                ),
                changes: { $0.changes }
            ),
            FileRow(
                "trigger",
                mode: 0o200,
                format: "1",
                summary: "Takes anything.",
                content: .value(
                    show: nil,
                    store: { (workshop, _, line) throws(PfmError) in try workshop.store(line) }
                )
            ),
            FileRow(
                "version",
                mode: 0o444,
                format: "2.5",
                summary: "Cannot be written.",
                content: .value(
                    show: { (_, _, text) throws(PfmError) in text.append("2.5\n") },
                    store: nil
                )
            ),
            FileRow(
                "list",
                mode: 0o444,
                format: "word",
                summary: "One word per line, and who reads.",
                content: .listing { (workshop, client, text) throws(PfmError) in
                    workshop.renderings += 1
                    for word in workshop.listing {
                        text.append(line: word)
                    }
                    text.append(line: client.uid)
                }
            ),
            FileRow(
                "log",
                mode: 0o444,
                format: "text",
                summary: "Waits for text.",
                content: .custom(size: { (workshop, _) in UInt64(workshop.log.end) }) {
                    (workshop, _, _) throws(PfmError) in
                    workshop.log.open()
                }
            ),
            FileRow(
                "refused",
                mode: 0o644,
                format: "",
                summary: "Cannot be opened.",
                content: .custom { (_, _, _) throws(PfmError) in
                    throw PfmError(.tooManyOpenFilesInSystem, "no more")
                }
            ),
            FileRow(
                "extra",
                mode: 0o444,
                format: "",
                summary: "Comes and goes.",
                content: .value(
                    show: { (_, _, text) throws(PfmError) in text.append("here\n") },
                    store: nil
                ),
                isPresent: { $0.hasExtra }
            ),
        ],
        directories: [
            DirectoryRow("inner", summary: "Things.") { TableDirectory(inner, of: $0) }
        ],
        ownership: { $0.ownership },
        setOwnership: { (workshop, _, ownership) throws(PfmError) in
            workshop.ownership = ownership
        },
        fileOwnership: { $0.fileOwnership[$1] ?? $2 },
        setFileOwnership: { workshop, name, _, ownership in
            workshop.fileOwnership[name] = ownership
        },
        report: { $0.reports.append($1) }
    )

    static let inner = DirectoryTable<Workshop>(
        kind: "inner",
        families: [
            ChildFamily(
                "NAME",
                summary: "A thing.",
                isDirectory: true,
                names: { workshop, _ in workshop.things.keys.sorted() },
                find: { workshop, name in
                    workshop.things[name].map { .directory(TableDirectory(thing, of: $0)) }
                },
                make: { (workshop, _, name, _) throws(PfmError) in
                    guard name != "forbidden" else {
                        throw PfmError(.invalidArgument, "not that name", subject: name)
                    }
                    workshop.things[name] = Thing(name, in: workshop)
                },
                remove: { (workshop, _, name) throws(PfmError) in workshop.drop(name) }
            )
        ],
        ownership: { _ in Ownership(mode: 0o777, uid: 0, gid: 0) },
        report: { $0.reports.append($1) }
    )

    static let thing = DirectoryTable<Thing>(
        kind: "thing",
        files: [
            FileRow(
                "name",
                mode: 0o644,
                format: "word",
                summary: "The thing's name.",
                content: .value(
                    show: { (thing, _, text) throws(PfmError) in text.append(line: thing.name) },
                    store: { (thing, _, line) throws(PfmError) in
                        try thing.workshop.store(line)
                    }
                )
            )
        ],
        ownership: { _ in Ownership(mode: 0o755, uid: 1, gid: 2) },
        isGone: { $0.isGone },
        report: { $0.workshop.reports.append($1) }
    )

    /// Removes a thing, by whatever way.
    func drop(_ name: String) {
        things.removeValue(forKey: name)?.isGone = true
    }
}
