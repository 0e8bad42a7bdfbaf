import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// What a directory of the mount contains: files, fixed directories, and families of children
/// whose names come from the subject.
///
/// Make each table once, as a `static let`: it is looked into at every look-up of a name.
final class DirectoryTable<Subject>: Sendable {
    /// Word for the documentation: `root`, `context`, `set`, `pmd`.
    let kind: String
    let files: [FileRow<Subject>]
    let directories: [DirectoryRow<Subject>]
    let families: [ChildFamily<Subject>]
    /// Permission bits and owner of the directory itself and, with the row's mode, of its files.
    let ownership: @Sendable (Subject) -> Ownership
    /// Stores what chmod, chown or chgrp asks for the directory; nil: refused with EPERM.
    let setOwnership: (@Sendable (Subject, Client, Ownership) throws(PfmError) -> Void)?
    /// Mode and owner of one file by name, from the usual ones: the row's mode and the directory's
    /// owner. nil: they are the usual ones.
    let fileOwnership: (@Sendable (Subject, String, Ownership) -> Ownership)?
    /// Stores what chmod, chown or chgrp makes of one file's usual mode and owner; nil: refused with
    /// EPERM.
    let setFileOwnership: (@Sendable (Subject, String, Ownership, Ownership) -> Void)?
    /// Whether the subject was removed; files still open then answer ENODEV.
    let isGone: @Sendable (Subject) -> Bool
    /// Told of every write, mkdir and rmdir in the directory, successful or not, and of every
    /// other operation that was refused (`CommandReport.Kind`).
    let report: @Sendable (Subject, CommandReport) -> Void
    /// mkdir(2), by the first family that has it.
    let maker: (@Sendable (Subject, Client, String, UInt16) throws(PfmError) -> Void)?
    /// Where the rows are, by name.
    private let rows: [String: Row]

    /// A row of the table, by its index.
    enum Row: Sendable {
        case file(Int)
        case directory(Int)
    }

    init(
        kind: String,
        files: [FileRow<Subject>] = [],
        directories: [DirectoryRow<Subject>] = [],
        families: [ChildFamily<Subject>] = [],
        ownership: @escaping @Sendable (Subject) -> Ownership,
        setOwnership: (@Sendable (Subject, Client, Ownership) throws(PfmError) -> Void)? = nil,
        fileOwnership: (@Sendable (Subject, String, Ownership) -> Ownership)? = nil,
        setFileOwnership: (@Sendable (Subject, String, Ownership, Ownership) -> Void)? = nil,
        isGone: @escaping @Sendable (Subject) -> Bool = { _ in false },
        report: @escaping @Sendable (Subject, CommandReport) -> Void
    ) {
        self.kind = kind
        self.files = files
        self.directories = directories
        self.families = families
        maker = families.lazy.compactMap(\.make).first
        self.ownership = ownership
        self.setOwnership = setOwnership
        self.fileOwnership = fileOwnership
        self.setFileOwnership = setFileOwnership
        self.isGone = isGone
        self.report = report
        var rows: [String: Row] = [:]
        for (index, row) in files.enumerated() {
            rows[row.name] = .file(index)
        }
        for (index, row) in directories.enumerated() {
            rows[row.name] = .directory(index)
        }
        self.rows = rows
    }

    /// The row of a name; nil when only a family can have it.
    func row(_ name: String) -> Row? {
        rows[name]
    }
}

/// A directory that is always there.
struct DirectoryRow<Subject>: Sendable {
    let name: String
    /// What is below it, in one sentence.
    let summary: String
    let isPresent: @Sendable (Subject) -> Bool
    /// Whether the directory comes and goes while its parent lives; the kernel then asks every
    /// time.
    let isConditional: Bool
    /// The directory of one subject.
    let open: @Sendable (Subject) -> any DirectorySource

    init(
        _ name: String,
        summary: String,
        isPresent: (@Sendable (Subject) -> Bool)? = nil,
        open: @escaping @Sendable (Subject) -> any DirectorySource
    ) {
        self.name = name
        self.summary = summary
        self.isPresent = isPresent ?? { _ in true }
        self.isConditional = isPresent != nil
        self.open = open
    }
}

/// Children whose names the subject decides: `contexts/NAME`, `sets/N`, `pmcN`, `events/<pmu>`.
final class ChildFamily<Subject>: Sendable {
    /// The names as documentation writes them, such as `pmdN`.
    let pattern: String
    let summary: String
    /// Whether the children are directories.
    let isDirectory: Bool
    /// Whether a child may give way to another one of its name without an rmdir(2): the kernel then
    /// asks at each look-up, since a notice may reach it after the next one.
    let isReplaceable: Bool
    /// The names that a listing shows to this client.
    let names: @Sendable (Subject, Client) throws(PfmError) -> [String]
    /// The child of a name; nil when this family has none of that name.
    let find: @Sendable (Subject, String) -> Child?
    /// mkdir(2); nil: refused with EPERM.
    let make: (@Sendable (Subject, Client, String, UInt16) throws(PfmError) -> Void)?
    /// rmdir(2) of an existing child; nil: refused with EPERM.
    let remove: (@Sendable (Subject, Client, String) throws(PfmError) -> Void)?

    init(
        _ pattern: String,
        summary: String,
        isDirectory: Bool,
        isReplaceable: Bool = false,
        names: @escaping @Sendable (Subject, Client) throws(PfmError) -> [String],
        find: @escaping @Sendable (Subject, String) -> Child?,
        make: (@Sendable (Subject, Client, String, UInt16) throws(PfmError) -> Void)? = nil,
        remove: (@Sendable (Subject, Client, String) throws(PfmError) -> Void)? = nil
    ) {
        self.pattern = pattern
        self.summary = summary
        self.isDirectory = isDirectory
        self.isReplaceable = isReplaceable
        self.names = names
        self.find = find
        self.make = make
        self.remove = remove
    }
}
