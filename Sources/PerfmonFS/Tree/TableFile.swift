public import PerfmonEngine
import SystemPackage

/// A `FileRow` bound to its subject: one file of the mount.
public final class TableFile<Subject>: FileSource {
    public var place = Place()
    let row: FileRow<Subject>
    let subject: Subject
    let directory: FileDirectory
    /// The text of a listing as last rendered for a look at its size.
    var kept: KeptRendering?

    /// Binds a row of a directory's own table.
    public convenience init(
        _ row: FileRow<Subject>,
        of subject: Subject,
        in table: DirectoryTable<Subject>
    ) {
        self.init(row, of: subject, in: table, of: subject)
    }

    /// Binds a row with a subject of its own, such as one register, to a file in the directory of
    /// `owner`, which owns it and hears of its commands.
    public init<Owner>(
        _ row: FileRow<Subject>,
        of subject: Subject,
        in table: DirectoryTable<Owner>,
        of owner: Owner
    ) {
        self.row = row
        self.subject = subject
        directory = FileDirectory(table, of: owner)
    }

    public func ownership() -> Ownership {
        if let changed = directory.fileOwnership(place.name) {
            return changed
        }
        var ownership = directory.ownership()
        ownership.mode = row.mode
        return ownership
    }

    public func setOwnership(_ ownership: Ownership, by client: Client) throws(PfmError) {
        guard let store = directory.setFileOwnership else {
            throw PfmError(.notPermitted, "mode and owner of \(place.path) are fixed")
        }
        try store(client, place.name, ownership)
    }

    public var hasFixedSize: Bool {
        switch row.content {
        case .value(_, _, let longest): longest == nil
        case .listing: false
        case .custom(let size, _): size == nil
        }
    }

    public func size(for client: Client) -> UInt64 {
        switch row.content {
        case .value(_, _, let longest):
            return Self.wholePages(longest?(subject) ?? 0)
        case .listing(let show):
            return Self.wholePages(rendering(with: show, for: client)?.text.count ?? 0)
        case .custom(let size, _):
            return size?(subject, client) ?? Self.pageSize
        }
    }

    public func open(by client: Client, flags: OpenFlags) throws(PfmError) -> any FileHandle {
        do throws(PfmError) {
            guard !directory.isGone() else { throw Self.gone }
            switch row.content {
            case .value(let show, let store, _):
                try checkAccess(flags, canRead: show != nil, canWrite: store != nil)
                return ValueHandle(self, show: show, store: store)
            case .listing(let show):
                try checkAccess(flags, canRead: true, canWrite: false)
                return ListingHandle(self, show: show, first: takeKept(for: client))
            case .custom(_, let open):
                return try open(subject, client, flags)
            }
        } catch {
            report(.open, by: client, error: error)
            throw error
        }
    }

    /// Tells the directory what became of a command or a refused operation.
    func report(
        _ kind: CommandReport.Kind,
        by client: Client,
        text: String = "",
        line: Int = 0,
        offset: Int = 0,
        error: PfmError?
    ) {
        directory.report(
            CommandReport(
                kind,
                client: client,
                path: place.path,
                text: text,
                line: line,
                offset: offset,
                error: error
            )
        )
    }

    private func checkAccess(
        _ flags: OpenFlags,
        canRead: Bool,
        canWrite: Bool
    ) throws(PfmError) {
        // Root passes the kernel's check of the mode, and would wait for an effect in vain.
        if flags.contains(.write), !canWrite {
            throw PfmError(.permissionDenied, "\(place.path) can only be read")
        }
        if flags.contains(.read), !canRead {
            throw PfmError(.permissionDenied, "\(place.path) can only be written")
        }
    }

    static var gone: PfmError {
        PfmError(.removed, "what the file showed was removed")
    }

    static var pageSize: UInt64 { 4096 }

    static func wholePages(_ length: Int) -> UInt64 {
        max((UInt64(length) + pageSize - 1) / pageSize * pageSize, pageSize)
    }
}

/// What a file takes from the directory that holds it.
struct FileDirectory {
    let ownership: () -> Ownership
    let isGone: () -> Bool
    let report: (CommandReport) -> Void
    let fileOwnership: (String) -> Ownership?
    let setFileOwnership: ((Client, String, Ownership) throws(PfmError) -> Void)?

    init<Owner>(_ table: DirectoryTable<Owner>, of owner: Owner) {
        ownership = { table.ownership(owner) }
        isGone = { table.isGone(owner) }
        report = { table.report(owner, $0) }
        fileOwnership = { table.fileOwnership(owner, $0) }
        if let store = table.setFileOwnership {
            setFileOwnership = { (client, name, ownership) throws(PfmError) in
                try store(owner, client, name, ownership)
            }
        } else {
            setFileOwnership = nil
        }
    }
}
