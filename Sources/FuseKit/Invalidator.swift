import CFuse
import CLinux
import Glibc
import LinuxSupport
import Synchronization

/// The thread that tells the kernel what changed by itself.
///
/// The kernel locks a directory to forget one of its entries. A request on that directory may hold
/// the lock while it waits for our answer, so the kernel is never told inside a handler nor under
/// the mount's lock.
final class Invalidator: Sendable {
    private let fileSystem: FileSystem
    private let invalidations: InvalidationQueue
    private nonisolated(unsafe) let session: OpaquePointer
    private let isEnding = Atomic(false)

    init(of fileSystem: FileSystem, session: OpaquePointer) {
        self.fileSystem = fileSystem
        self.session = session
        invalidations = fileSystem.tree.withLock { $0.invalidations }
    }

    /// Starts the thread. It ends after `end`.
    func start() -> SystemThread {
        SystemThread("pfmfs-notify") { self.run() }
    }

    func end() {
        isEnding.store(true, ordering: .relaxed)
        invalidations.signal()
    }

    private func run() {
        // Directories that are gone and files with a page, and when to look after them.
        var departed: [(inode: Inode, due: UInt64)] = []
        while !isEnding.load(ordering: .relaxed) {
            let wait = departed.first.map { $0.due - min($0.due, MonotonicClock.now) }
            var taken = invalidations.take(within: wait.map { Int32($0 / 1_000_000) + 1 } ?? -1)
            let now = MonotonicClock.now
            for invalidation in taken {
                tell(invalidation)
                switch invalidation {
                case .departed(let inode), .pageGiven(let inode):
                    departed.append((inode, now + Self.patience))
                default: break
                }
            }
            let count = departed.prefix { $0.due <= now }.count
            for (inode, due) in departed.prefix(count) {
                if inode.file == nil {
                    forgetRest(of: inode)
                } else if let later = forgetPage(of: inode, givenBefore: due - Self.patience) {
                    departed.append((inode, later + Self.patience))
                }
            }
            // The last reference to a node may lead to the engine, which the lock guards.
            fileSystem.tree.withLock { _ in
                departed.removeFirst(count)
                taken.removeAll()
            }
        }
        fileSystem.tree.withLock { _ in departed = [] }
    }

    /// Nanoseconds that the kernel has to forget by itself what was in a directory.
    private static let patience: UInt64 = 100_000_000

    /// The kernel forgets what was in a directory together with it, but for what somebody had open
    /// or was in. That it would keep for as long as it has room, and with it what it showed.
    private func forgetRest(of directory: Inode) {
        var rest = fileSystem.tree.withLock { _ in directory.knownDescendants }
        for child in rest {
            guard let parent = child.parent else { continue }
            let length = child.name.utf8.count
            fuse_lowlevel_notify_inval_entry(session, parent.id, child.name, length)
        }
        fileSystem.tree.withLock { _ in rest.removeAll() }
    }

    private func tell(_ invalidation: Invalidation) {
        switch invalidation {
        case .entryGone(_, let parent, let name):
            // Not notify_delete, which would tell inotify too: the kernel refuses it for a
            // directory of which it knows children.
            fuse_lowlevel_notify_inval_entry(session, parent.id, name, name.utf8.count)
        case .departed, .pageGiven: break
        case .opened(let request, var info, let open, let size):
            // The kernel forgets the pages itself when it gets the answer.
            raiseSize(of: open.inode, to: size)
            if fuse_reply_open(request, &info) != 0 {
                fileSystem.tree.withLock { FuseOperations.leave(open, in: $0) }
            }
        case .written(let request, let taken, let inode, let arrival):
            forgetPages(of: inode)
            raiseSize(of: inode, to: PageState.pageSize) { pages, _ in pages.renew(arrival) }
            fuse_reply_write(request, taken)
        case .contentChanged(let inode, let content):
            push(content, of: inode)
        case .attributesAsked(let request, let inode, let content):
            push(content, of: inode)
            fileSystem.tree.withLock { tree in
                FuseOperations.replyAttributes(request, of: inode, in: tree)
            }
        }
    }

    /// Makes the kernel forget a page that a client which still has the file open would take for
    /// what the file shows now. Returns when the page was given, if that was later than `time`.
    private func forgetPage(of inode: Inode, givenBefore time: UInt64) -> UInt64? {
        let given: UInt64? = fileSystem.tree.withLock { _ in
            guard let given = inode.pages.pageTime else { return nil }
            if given <= time { inode.pages.beginRenewal() }
            return given
        }
        guard let given, given <= time else { return given }
        forgetPages(of: inode)
        raiseSize(of: inode, to: PageState.pageSize) { $0.seal($1) }
        return nil
    }

    /// Makes the kernel forget the pages of a file that is read directly. Waits for reads of them,
    /// which are never kept waiting themselves.
    private func forgetPages(of inode: Inode) {
        fuse_lowlevel_notify_inval_inode(session, inode.id, 0, 0)
    }

    /// Makes the kernel believe that a file has more than `size` bytes: by a byte in the page
    /// behind them, which nobody reads, because the page before ends the file again. `note` is
    /// called at the end with what the order of arrivals counts.
    private func raiseSize(
        of inode: Inode,
        to size: Int,
        _ note: (inout PageState, UInt64) -> Void = { _, _ in }
    ) {
        let pages = (size + PageState.pageSize - 1) / PageState.pageSize
        let end = max(pages, 1) * PageState.pageSize
        var byte: UInt8 = 0
        let status = withUnsafeMutableBytes(of: &byte) { memory in
            var vector = fuse_bufvec()
            vector.count = 1
            vector.buf.fd = -1
            vector.buf.size = 1
            vector.buf.mem = memory.baseAddress
            return fuse_lowlevel_notify_store(
                session,
                inode.id,
                off_t(end),
                &vector,
                fuse_buf_copy_flags(rawValue: 0)
            )
        }
        fileSystem.tree.withLock { tree in
            inode.pages.endRenewal(status == 0 ? end + 1 : nil)
            note(&inode.pages, tree.arrivals.count)
        }
    }

    /// Brings the kernel's pages of a file up to date.
    private func push(_ content: any CachedContent, of inode: Inode) {
        while let piece = fileSystem.tree.withLock({ _ in content.nextPiece() }) {
            piece.bytes.withUnsafeBytes { bytes in
                var vector = fuse_bufvec()
                vector.count = 1
                vector.buf.fd = -1
                vector.buf.size = bytes.count
                vector.buf.mem = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                // Fails only when the kernel has forgotten the file.
                fuse_lowlevel_notify_store(
                    session,
                    inode.id,
                    off_t(piece.offset),
                    &vector,
                    fuse_buf_copy_flags(rawValue: 0)
                )
            }
        }
    }
}
