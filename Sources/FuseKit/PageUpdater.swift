import CFuse
import CLinux
import Glibc
import LinuxSupport
import Synchronization

/// The thread that stores changed content in the kernel's pages.
///
/// The kernel locks a page to change it, and a read request holds the lock of its pages until the
/// reply. So pages are never stored inside a handler or under the mount's lock.
final class PageUpdater: Sendable {
    private let fileSystem: FileSystem
    private let queue: PageQueue
    private let connection: Connection
    private let isEnding = Atomic(false)

    init(of fileSystem: FileSystem, _ connection: Connection) {
        self.fileSystem = fileSystem
        self.connection = connection
        queue = fileSystem.tree.withLock { $0.pages }
    }

    /// Starts the thread. It ends after `end`.
    func start() -> SystemThread {
        SystemThread("\(fileSystem.name)-pages") { self.run() }
    }

    func end() {
        isEnding.store(true, ordering: .relaxed)
        queue.signal()
    }

    private func run() {
        while !isEnding.load(ordering: .relaxed) {
            var taken = queue.take()
            for update in taken {
                push(update.content, of: update.inode)
                if let number = update.number {
                    fileSystem.tree.withLock { $0.parking.requests.end(number, .done) }
                }
            }
            // Releasing the last reference to a node may release state that the lock guards.
            fileSystem.tree.withLock { _ in taken.removeAll() }
        }
    }

    private func push(_ content: any CachedContent, of inode: Inode) {
        while let piece = fileSystem.tree.withLock({ _ in content.nextPiece() }) {
            piece.bytes.withUnsafeBytes { bytes in
                var vector = fuse_bufvec()
                vector.count = 1
                vector.buf.fd = -1
                vector.buf.size = bytes.count
                vector.buf.mem = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                // Fails only when the kernel has dropped the file.
                fuse_lowlevel_notify_store(
                    connection.pointer,
                    inode.id,
                    off_t(piece.offset),
                    &vector,
                    fuse_buf_copy_flags(rawValue: 0)
                )
            }
        }
    }
}
