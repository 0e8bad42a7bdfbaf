import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// A `DirectoryTable` bound to its subject: one directory of the mount.
package final class TableDirectory<Subject>: DirectorySource {
    @exclusivity(unchecked) var place = Place()
    private let table: DirectoryTable<Subject>
    private let subject: Subject
    private lazy var holder = FileHolder(table, of: subject)

    init(_ table: DirectoryTable<Subject>, of subject: Subject) {
        self.table = table
        self.subject = subject
    }

    var isGone: Bool {
        table.isGone(subject)
    }

    func list(for client: Client) throws(Errno) -> [(name: String, isDirectory: Bool)] {
        var entries: [(name: String, isDirectory: Bool)] = []
        for row in table.files where row.isPresent(subject) {
            entries.append((row.name, false))
        }
        for row in table.directories where row.isPresent(subject) {
            entries.append((row.name, true))
        }
        for family in table.families {
            do throws(PfmError) {
                for name in try family.names(subject, client) {
                    entries.append((name, family.isDirectory))
                }
            } catch {
                throw error.code
            }
        }
        return entries
    }

    func find(_ name: String) -> Child? {
        switch table.row(name) {
        case .file(let index):
            let row = table.files[index]
            guard row.isPresent(subject) else { return nil }
            return .file(TableFile(row, of: subject, heldBy: holder))
        case .directory(let index):
            let row = table.directories[index]
            return row.isPresent(subject) ? .directory(row.open(subject)) : nil
        case nil:
            return family(of: name)?.child
        }
    }

    func mayCache(_ name: String) -> Bool {
        switch table.row(name) {
        case .file(let index): !table.files[index].isConditional
        case .directory(let index): !table.directories[index].isConditional
        case nil: !table.families.contains { $0.isReplaceable && $0.find(subject, name) != nil }
        }
    }

    func make(_ name: String, mode: UInt16, by client: Client) throws(Errno) {
        try report(.makeDirectory, name, by: client) { () throws(PfmError) in
            guard find(name) == nil else {
                throw PfmError(.fileExists, "\(name): exists already", subject: name)
            }
            guard let make = table.maker else {
                throw PfmError(
                    .notPermitted,
                    "\(name): no directory can be made in \(describe())",
                    subject: name
                )
            }
            try make(subject, client, name, mode)
        }
    }

    func remove(_ name: String, by client: Client) throws(Errno) {
        try report(.removeDirectory, name, by: client) { () throws(PfmError) in
            let found = table.row(name) == nil ? family(of: name) : nil
            guard found != nil || find(name) != nil else {
                throw PfmError(.noSuchFileOrDirectory, "\(name): does not exist", subject: name)
            }
            guard let remove = found?.family.remove else {
                throw PfmError(
                    .notPermitted,
                    "\(name): part of \(describe()) and cannot be removed",
                    subject: name
                )
            }
            try remove(subject, client, name)
        }
    }

    func ownership() -> Ownership {
        table.ownership(subject)
    }

    func setOwnership(_ ownership: Ownership, by client: Client) throws(Errno) {
        try report(.changeOwner, "", by: client) { () throws(PfmError) in
            guard let store = table.setOwnership else {
                throw PfmError(.notPermitted, "mode and owner of \(describe()) are fixed")
            }
            try store(subject, client, ownership)
        }
    }

    func refuse(_ change: RefusedChange, by client: Client) -> Errno {
        refuse(Refusal(change, of: place.path), "", by: client)
    }

    func refuse(_ operation: RefusedOperation, name: String, by client: Client) -> Errno {
        refuse(Refusal(operation, of: name), name, by: client)
    }

    private func family(of name: String) -> (family: ChildFamily<Subject>, child: Child)? {
        for family in table.families {
            if let child = family.find(subject, name) {
                return (family, child)
            }
        }
        return nil
    }

    private func describe() -> String {
        place.path.isEmpty ? "the root of the mount" : place.path
    }

    private func refuse(_ refusal: Refusal, _ name: String, by client: Client) -> Errno {
        report(refusal.kind, name, by: client, error: refusal.error)
        return refusal.error.code
    }

    /// Carries out a command and reports what became of it.
    private func report(
        _ kind: CommandReport.Kind,
        _ name: String,
        by client: Client,
        _ command: () throws(PfmError) -> Void
    ) throws(Errno) {
        do throws(PfmError) {
            try command()
        } catch {
            // Otherwise it is carried out again, and nothing has become of it yet.
            if !place.services.lookups.isPending { report(kind, name, by: client, error: error) }
            throw error.code
        }
        report(kind, name, by: client, error: nil)
    }

    private func report(
        _ kind: CommandReport.Kind,
        _ name: String,
        by client: Client,
        error: PfmError?
    ) {
        table.report(
            subject,
            CommandReport(kind, client: client, path: place.path, text: name, error: error)
        )
    }
}
