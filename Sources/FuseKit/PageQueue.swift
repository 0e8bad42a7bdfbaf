import CLinux
import Glibc
import LinuxSupport

/// A file of which the kernel has pages that are older than its content.
struct PageUpdate {
    let inode: Inode
    let content: any CachedContent
    /// The request that waits for the kernel to have all of the content.
    let number: UInt64?
}

/// Updates on their way from under the mount's lock to the thread that tells the kernel.
///
/// The nodes in one stay alive until the kernel was told, so that their names are not given to
/// others meanwhile.
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
