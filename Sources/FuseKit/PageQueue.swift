import CLinux
import Glibc
import LinuxSupport

/// A file whose cached pages are older than its content.
struct PageUpdate {
    let inode: Inode
    let content: any CachedContent
    /// The request that is answered when the pages are up to date.
    let number: UInt64?
}

/// The queue of the thread that updates pages.
///
/// An update keeps its node alive, so that its id is not reused before.
final class PageQueue: Sendable {
    private let waiting = Guarded<[PageUpdate]>([])
    /// Readable while updates wait.
    private let wakeup: Int32 = eventfd(0, Int32(EFD_CLOEXEC))

    deinit {
        close(wakeup)
    }

    /// Adds one. Called under the mount's lock.
    func post(_ update: PageUpdate) {
        waiting.withLock { $0.append(update) }
        signal()
    }

    /// Makes a waiting `take` return.
    func signal() {
        eventfd_write(wakeup, 1)
    }

    /// Takes all updates, waiting for the first. May return none.
    func take() -> [PageUpdate] {
        var count: eventfd_t = 0
        eventfd_read(wakeup, &count)
        return waiting.withLock { queue in
            let taken = queue
            queue = []
            return taken
        }
    }
}
