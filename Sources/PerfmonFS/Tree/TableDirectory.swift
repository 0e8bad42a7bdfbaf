public import PerfmonEngine
import SystemPackage

/// A `DirectoryTable` bound to its subject: one directory of the mount.
public final class TableDirectory<Subject>: DirectorySource {
    public var place = Place()
    private let table: DirectoryTable<Subject>
    private let subject: Subject

    public init(_ table: DirectoryTable<Subject>, of subject: Subject) {
        self.table = table
        self.subject = subject
    }

    public var isGone: Bool {
        table.isGone(subject)
    }

    public func list(for client: Client) -> [(name: String, isDirectory: Bool)] {
        var entries: [(name: String, isDirectory: Bool)] = []
        for row in table.files where row.isPresent(subject) {
            entries.append((row.name, false))
        }
        for row in table.directories where row.isPresent(subject) {
            entries.append((row.name, true))
        }
        for family in table.families {
            for name in family.names(subject, client) {
                entries.append((name, family.isDirectory))
            }
        }
        return entries
    }

    public func find(_ name: String) -> Child? {
        if let row = table.files.first(where: { $0.name == name }) {
            guard row.isPresent(subject) else { return nil }
            return .file(TableFile(row, of: subject, in: table))
        }
        if let row = table.directories.first(where: { $0.name == name }) {
            return row.isPresent(subject) ? .directory(row.open(subject)) : nil
        }
        return table.families.lazy.compactMap { $0.find(self.subject, name) }.first
    }

    public func mayKeep(_ name: String) -> Bool {
        if let row = table.files.first(where: { $0.name == name }) {
            return !row.isConditional
        }
        if let row = table.directories.first(where: { $0.name == name }) {
            return !row.isConditional
        }
        return true
    }

    public func make(_ name: String, mode: UInt16, by client: Client) throws(PfmError) {
        try report(.makeDirectory, name, by: client) { () throws(PfmError) in
            guard find(name) == nil else {
                throw PfmError(.fileExists, "\(name): exists already", subject: name)
            }
            guard let make = table.families.lazy.compactMap({ $0.make }).first else {
                throw PfmError(
                    .notPermitted,
                    "\(name): no directory can be made in \(describe())",
                    subject: name
                )
            }
            try make(subject, client, name, mode)
        }
    }

    public func remove(_ name: String, by client: Client) throws(PfmError) {
        try report(.removeDirectory, name, by: client) { () throws(PfmError) in
            guard find(name) != nil else {
                throw PfmError(.noSuchFileOrDirectory, "\(name): does not exist", subject: name)
            }
            let isRow =
                table.files.contains { $0.name == name }
                || table.directories.contains { $0.name == name }
            let family = table.families.first { $0.find(subject, name) != nil }
            guard !isRow, let remove = family?.remove else {
                throw PfmError(
                    .notPermitted,
                    "\(name): part of \(describe()) and cannot be removed",
                    subject: name
                )
            }
            try remove(subject, client, name)
        }
    }

    public func ownership() -> Ownership {
        table.ownership(subject)
    }

    public func setOwnership(_ ownership: Ownership, by client: Client) throws(PfmError) {
        guard let store = table.setOwnership else {
            throw PfmError(.notPermitted, "mode and owner of \(describe()) are fixed")
        }
        try store(subject, client, ownership)
    }

    public func report(_ report: CommandReport) {
        table.report(subject, report)
    }

    private func describe() -> String {
        place.path.isEmpty ? "the root of the mount" : place.path
    }

    private func report(
        _ kind: CommandReport.Kind,
        _ name: String,
        by client: Client,
        _ command: () throws(PfmError) -> Void
    ) throws(PfmError) {
        var failure: PfmError?
        do {
            try command()
        } catch {
            failure = error
        }
        table.report(
            subject,
            CommandReport(kind, client: client, path: place.path, text: name, error: failure)
        )
        if let failure {
            throw failure
        }
    }
}
