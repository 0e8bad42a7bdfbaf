import CFuse
import CLinux
import Glibc
import LinuxSupport

/// One thing that the kernel has to be told.
enum Invalidation {
    /// A child went away without an rmdir(2).
    case entryGone(child: Inode, parent: Inode, name: String)
    /// A directory is gone, and with it all that was in it.
    case departed(Inode)
    /// Pages that the kernel keeps are older than the file's content.
    case contentChanged(Inode, any CachedContent)
    /// A client waits for a file's attributes, and for the kernel to have all of its content.
    case attributesAsked(OpaquePointer, Inode, any CachedContent)
    /// The kernel has a page of a file that is read directly.
    case pageGiven(Inode)
    /// An open waits until the kernel believes the file to have so many bytes.
    case opened(OpaquePointer, fuse_file_info, OpenFile, Int)
    /// A write of so many bytes waits until the kernel has no page of the file and believes it to
    /// be long; with what `FileTree.arrivals` counted then.
    case written(OpaquePointer, Int, Inode, UInt64)
}

/// Invalidations on their way from under the mount's lock to the thread that tells the kernel.
///
/// The nodes in one stay alive until the kernel was told, so that their names are not given
/// to others meanwhile.
final class InvalidationQueue: Sendable {
    private let waiting = Guarded<[Invalidation]>([])
    /// Readable while invalidations wait.
    private let wakeup: Int32 = eventfd(0, Int32(EFD_CLOEXEC))

    deinit {
        close(wakeup)
    }

    /// Adds one. Called under the mount's lock.
    func post(_ invalidation: Invalidation) {
        waiting.withLock { $0.append(invalidation) }
        signal()
    }

    /// Makes a waiting `take` return.
    func signal() {
        eventfd_write(wakeup, 1)
    }

    /// Takes all invalidations, waiting for the first, for so many milliseconds at most or, with -1,
    /// for however long it takes. May return none.
    func take(within milliseconds: Int32) -> [Invalidation] {
        var entry = pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) == 1 else { return [] }
        var count: eventfd_t = 0
        eventfd_read(wakeup, &count)
        return takeWaiting()
    }

    /// Takes the invalidations that wait now.
    func takeWaiting() -> [Invalidation] {
        waiting.withLock { queue in
            let taken = queue
            queue = []
            return taken
        }
    }
}
