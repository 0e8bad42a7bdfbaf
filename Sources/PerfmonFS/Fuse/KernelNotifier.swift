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
        case .entryGone(let child, let parent, let name):
            // Also tells those who watch the directory with inotify; leaves it to the kernel to
            // keep a directory that somebody is in.
            fuse_lowlevel_notify_delete(session, parent.id, child.id, name, name.utf8.count)
        case .attributesChanged(let inode):
            fuse_lowlevel_notify_inval_inode(session, inode.id, -1, 0)
        }
    }
}
