import CFuse
import Glibc
import PerfmonEngine
import Synchronization

/// The thread that tells the kernel what changed by itself.
///
/// The kernel locks a directory to forget one of its entries. A request on that directory may hold
/// the lock while it waits for our answer, so a notice is never given inside a handler nor under
/// the mount's lock.
final class KernelNotifier: Sendable {
    private let fileSystem: FileSystem
    private let notices: NoticeQueue
    private nonisolated(unsafe) let session: OpaquePointer
    private let isEnding = Atomic(false)

    init(of fileSystem: FileSystem, session: OpaquePointer) {
        self.fileSystem = fileSystem
        self.session = session
        notices = fileSystem.tree.withLock { $0.notices }
    }

    /// Starts the thread. It ends after `end`.
    func start() -> SystemThread {
        SystemThread("pfmfs-notify") { self.run() }
    }

    func end() {
        isEnding.store(true, ordering: .relaxed)
        notices.signal()
    }

    private func run() {
        while !isEnding.load(ordering: .relaxed) {
            var taken = notices.take()
            for notice in taken {
                tell(notice)
            }
            // The last reference to a node may lead to the engine, which the lock guards.
            fileSystem.tree.withLock { _ in taken.removeAll() }
        }
    }

    private func tell(_ notice: Notice) {
        switch notice {
        case .entryGone(_, let parent, let name):
            // Not notify_delete, which would tell inotify too: the kernel refuses it for a
            // directory of which it knows children.
            fuse_lowlevel_notify_inval_entry(session, parent.id, name, name.utf8.count)
        case .contentChanged(let inode, let content):
            push(content, of: inode)
        case .attributesAsked(let request, let inode, let content):
            push(content, of: inode)
            fileSystem.tree.withLock { tree in
                FuseOperations.replyAttributes(request, of: inode, in: tree)
            }
        }
    }

    /// Brings the kernel's pages of a file up to date.
    private func push(_ content: any KeptContent, of inode: Inode) {
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
