import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// A `FileRow` bound to its subject: one file of the mount.
final class TableFile: FileSource {
    /// A row's content without the type of its subject, which every read would pay for.
    enum Content {
        typealias Show = (Client, inout TextBuffer) throws(PfmError) -> Void
        typealias Store = (Client, CommandLine) throws(PfmError) -> Void

        case value(show: Show?, store: Store?, longest: (() -> Int)?)
        case listing(show: Show)
        case custom(
            size: ((Client) -> UInt64)?,
            open: (Client, OpenFlags) throws(PfmError) -> any FileHandle
        )
        case mappable(
            size: () -> UInt64,
            content: () -> any CachedContent,
            open: (OpenFlags) throws(PfmError) -> any FileHandle
        )
    }

    @exclusivity(unchecked) var place = Place()
    /// The directory that holds the file.
    let holder: FileHolder
    private let mode: UInt16
    private let content: Content
    let isBatch: Bool
    /// Woken when a value changes by itself.
    let changes: (() -> WaitQueue)?
    /// The text of a listing as last rendered for a look at its size.
    var kept: KeptRendering?

    /// Binds a row of a directory's own table.
    convenience init<Subject>(
        _ row: FileRow<Subject>,
        of subject: Subject,
        in table: DirectoryTable<Subject>
    ) {
        self.init(row, of: subject, heldBy: FileHolder(table, of: subject))
    }

    /// Binds a row with a subject of its own, such as one register, to a file in the directory of
    /// `owner`, which owns it and hears of its commands.
    convenience init<Subject, Owner>(
        _ row: FileRow<Subject>,
        of subject: Subject,
        in table: DirectoryTable<Owner>,
        of owner: Owner
    ) {
        self.init(row, of: subject, heldBy: FileHolder(table, of: owner))
    }

    init<Subject>(_ row: FileRow<Subject>, of subject: Subject, heldBy holder: FileHolder) {
        self.holder = holder
        mode = row.mode
        content = Content(row.content, of: subject)
        isBatch = row.isBatch
        if let changes = row.changes {
            self.changes = { changes(subject) }
        } else {
            changes = nil
        }
    }

    func ownership() -> Ownership {
        let usual = usualOwnership
        return holder.fileOwnership?(place.name, usual) ?? usual
    }

    func setOwnership(_ ownership: Ownership, by client: Client) throws(Errno) {
        guard let store = holder.setFileOwnership else {
            let error = PfmError(.notPermitted, "mode and owner of \(place.path) are fixed")
            report(.changeOwner, by: client, error: error)
            throw error.code
        }
        store(place.name, usualOwnership, ownership)
        report(.changeOwner, by: client, error: nil)
    }

    func refuse(_ change: RefusedChange, by client: Client) -> Errno {
        let refusal = Refusal(change, of: place.path)
        report(refusal.kind, by: client, error: refusal.error)
        return refusal.error.code
    }

    private var usualOwnership: Ownership {
        var ownership = holder.ownership()
        ownership.mode = mode
        return ownership
    }

    var hasFixedSize: Bool {
        switch content {
        case .value(_, _, let longest): longest == nil
        case .listing: false
        case .custom(let size, _): size == nil
        case .mappable: false
        }
    }

    func size(for client: Client) -> UInt64 {
        switch content {
        case .value(_, _, let longest):
            return Self.wholePages(longest?() ?? 0)
        case .listing(let show):
            return Self.wholePages(rendering(with: show, for: client)?.text.count ?? 0)
        case .custom(let size, _):
            return size?(client) ?? Self.pageSize
        case .mappable(let size, _, _):
            return size()
        }
    }

    func open(by client: Client, flags: OpenFlags) throws(Errno) -> any FileHandle {
        do throws(PfmError) {
            guard !holder.isGone() else { throw FileHolder.gone }
            switch content {
            case .value(let show, let store, _):
                try checkAccess(flags, canRead: show != nil, canWrite: store != nil)
                return ValueHandle(self, show: show, store: store)
            case .listing(let show):
                try checkAccess(flags, canRead: true, canWrite: false)
                return ListingHandle(self, show: show, first: rendering(with: show, for: client))
            case .custom(_, let open):
                return try open(client, flags)
            case .mappable(_, _, let open):
                return try open(flags)
            }
        } catch {
            report(flags.contains(.write) ? .openForWriting : .open, by: client, error: error)
            throw error.code
        }
    }

    var cachedContent: (any CachedContent)? {
        guard case .mappable(_, let content, _) = content else { return nil }
        return content()
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
        holder.report(
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

    private static let pageSize: UInt64 = 4096

    private static func wholePages(_ length: Int) -> UInt64 {
        max((UInt64(length) + pageSize - 1) / pageSize * pageSize, pageSize)
    }
}

extension TableFile.Content {
    /// Binds a row's content to a subject.
    init<Subject>(_ content: FileRow<Subject>.Content, of subject: Subject) {
        switch content {
        case .value(let show, let store, let longest):
            // Not `map`: closures that pass through generics are wrapped, and every read pays.
            var boundShow: Show?
            if let show {
                boundShow = Self.bind(show, to: subject)
            }
            var boundStore: Store?
            if let store {
                boundStore = Self.bind(store, to: subject)
            }
            var boundLongest: (() -> Int)?
            if let longest {
                boundLongest = { longest(subject) }
            }
            self = .value(show: boundShow, store: boundStore, longest: boundLongest)
        case .listing(let show):
            self = .listing(show: Self.bind(show, to: subject))
        case .custom(let size, let open):
            var boundSize: ((Client) -> UInt64)?
            if let size {
                boundSize = { size(subject, $0) }
            }
            self = .custom(size: boundSize) { (client, flags) throws(PfmError) in
                try open(subject, client, flags)
            }
        case .mappable(let size, let content, let open):
            self = .mappable(
                size: { size(subject) },
                content: { content(subject) },
                open: { (flags) throws(PfmError) in try open(subject, flags) }
            )
        }
    }

    private static func bind<Subject>(
        _ show: @escaping PerfmonFS.Show<Subject>,
        to subject: Subject
    ) -> Show {
        { (client, text) throws(PfmError) in try show(subject, client, &text) }
    }

    private static func bind<Subject>(
        _ store: @escaping PerfmonFS.Store<Subject>,
        to subject: Subject
    ) -> Store {
        { (client, line) throws(PfmError) in try store(subject, client, line) }
    }
}
