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
        case listing(render: (TableFile, Client) throws(PfmError) -> Rendering)
        case custom(
            size: ((Client) throws(PfmError) -> UInt64)?,
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
    var recent: RecentRendering?

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

    var fixedSize: UInt64? {
        switch content {
        case .value(_, _, nil), .custom(nil, _): Self.pageSize
        default: nil
        }
    }

    func size(for client: Client) throws(Errno) -> UInt64 {
        switch content {
        case .value(_, _, let longest):
            return Self.wholePages(longest?() ?? 0)
        case .listing(let render):
            do throws(PfmError) {
                return Self.wholePages(try rendering(render, for: client).text.count)
            } catch {
                if isPending { throw error.code }
                // The read says why.
                return Self.pageSize
            }
        case .custom(let size, _):
            guard let size else { return Self.pageSize }
            do throws(PfmError) {
                return try size(client)
            } catch {
                if isPending { throw error.code }
                return Self.pageSize
            }
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
            case .listing(let render):
                try checkAccess(flags, canRead: true, canWrite: false)
                return ListingHandle(self, render, first: recentRendering(for: client))
            case .custom(_, let open):
                return try open(client, flags)
            case .mappable(_, _, let open):
                return try open(flags)
            }
        } catch {
            if !isPending {
                report(flags.contains(.write) ? .openForWriting : .open, by: client, error: error)
            }
            throw error.code
        }
    }

    var cachedContent: (any CachedContent)? {
        guard case .mappable(_, let content, _) = content else { return nil }
        return content()
    }

    /// Whether the request is carried out again later, and nothing has become of it yet.
    var isPending: Bool { place.services.lookups.isPending }

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
            let show = Self.bind(show, to: subject)
            self = .listing { (_, client) throws(PfmError) in try Rendering(show, for: client) }
        case .longListing(let prepare):
            self = .listing { (file, client) throws(PfmError) in
                try Rendering.elsewhere(for: client, of: file) { prepare(subject, client) }
            }
        case .custom(let size, let open):
            var boundSize: ((Client) throws(PfmError) -> UInt64)?
            if let size {
                boundSize = { (client) throws(PfmError) in try size(subject, client) }
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
