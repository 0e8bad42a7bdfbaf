import CFuse
import Glibc
import LinuxSupport
import Synchronization
import SystemPackage

/// The tree of one mount, with the lock that all threads share.
package final class FileSystem: Sendable {
    /// The tree. The lock is never held while something waits for the kernel.
    let tree: Guarded<FileTree>
    /// Parked requests and lookups. Guarded by the tree's lock; for code that already holds it.
    nonisolated(unsafe) let parking: Parking
    let name: String
    /// Largest read request in bytes, from the mount option max_read; 0: the kernel's own limit.
    let maximumRead = Atomic<UInt32>(0)

    /// Carries out a parked request again. Answers it, or throws and leaves it unanswered.
    typealias Retry = (FileTree) throws(Errno) -> Void

    /// Takes over the content of a mount.
    ///
    /// - Parameter name: the program's name, with which the names of its threads begin.
    package init(_ content: sending MountContent, name: String) {
        self.name = name
        let tree = FileTree(content, name: name)
        parking = tree.parking
        self.tree = Guarded(tree)
        self.tree.withLock { $0.parking.fileSystem = self }
    }

    /// The file system that a request is for.
    @inline(__always)
    static func of(_ request: fuse_req_t) -> Unmanaged<FileSystem> {
        guard let pointer = fuse_req_userdata(request) else {
            fatalError("the session was made without its file system")
        }
        return Unmanaged<FileSystem>.fromOpaque(pointer)
    }

    /// Carries out a request under the lock. `body` answers it, or throws and leaves it unanswered.
    @inline(__always)
    static func answer(_ request: fuse_req_t, _ body: (FileTree) throws(Errno) -> Void) {
        of(request)._withUnsafeGuaranteedRef { fileSystem in
            fileSystem.tree.withLock { tree in
                do throws(Errno) {
                    try body(tree)
                } catch {
                    fuse_reply_err(request, error.rawValue)
                }
            }
        }
    }

    /// Carries out a request that may need lookups.
    ///
    /// - Parameters:
    ///   - body: answers the request, parks it, or throws and leaves it unanswered.
    ///   - later: copies the arguments and returns a closure that carries out the request again;
    ///     nil when `body` parks requests by itself.
    @inline(__always)
    static func answerOrPark(
        _ request: fuse_req_t,
        _ body: (FileTree) throws(Errno) -> Void,
        later: () -> Retry?
    ) {
        of(request)._withUnsafeGuaranteedRef { fileSystem in
            fileSystem.tree.withLock { tree in
                fileSystem.parking.begin()
                do throws(Errno) {
                    try body(tree)
                } catch {
                    if fileSystem.parking.lookups.isPending, let retry = later() {
                        park(request, in: tree, retry)
                    } else {
                        fuse_reply_err(request, error.rawValue)
                    }
                }
                fileSystem.parking.finish()
            }
        }
    }

    private static func park(_ request: fuse_req_t, in tree: FileTree, _ retry: @escaping Retry) {
        tree.parking.park { [unowned tree] ending in
            if case .unmounted = ending {
                fuse_reply_err(request, ending.code.rawValue)
                return
            }
            do throws(Errno) {
                try retry(tree)
            } catch {
                if tree.parking.lookups.isPending {
                    park(request, in: tree, retry)
                } else {
                    fuse_reply_err(request, error.rawValue)
                }
            }
        }
    }

    /// Ends the wait of a parked request when its client receives a signal.
    ///
    /// libfuse calls back on the loop thread with the request's own lock held, never while a
    /// handler runs.
    static func watchInterrupt(of request: fuse_req_t, number: UInt64) {
        fuse_req_interrupt_func(
            request,
            { request, number in
                guard let request else { return }
                let fileSystem = FileSystem.of(request).takeUnretainedValue()
                fileSystem.tree.withLock { _ in
                    fileSystem.parking.requests.end(UInt64(UInt(bitPattern: number)), .interrupted)
                }
            },
            UnsafeMutableRawPointer(bitPattern: UInt(number))
        )
    }

    /// Who sent a request.
    @inline(__always)
    static func client(of request: fuse_req_t) -> Client {
        guard let context = fuse_req_ctx(request) else {
            return Client(uid: .max, gid: .max, groups: [], tid: 0)
        }
        return Client(
            uid: context.pointee.uid,
            gid: context.pointee.gid,
            waitingThread: context.pointee.pid
        )
    }
}
