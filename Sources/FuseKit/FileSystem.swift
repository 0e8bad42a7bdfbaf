import CFuse
import Glibc
import LinuxSupport
import Synchronization
import SystemPackage

/// One mount's tree behind its lock, as the threads share it.
package final class FileSystem: Sendable {
    /// The tree. The lock is never held while something waits for the kernel.
    let tree: Guarded<FileTree>
    /// What waits; guarded by the tree's lock, for those who hold it already.
    nonisolated(unsafe) let parking: Parking
    let name: String
    /// Bytes of one read request, as the mount option max_read has it; 0: as many as the kernel
    /// likes.
    let maximumRead = Atomic<UInt32>(0)

    /// Carries a request out again. It answers it, or throws before it does.
    typealias Retry = (FileTree) throws(Errno) -> Void

    /// Serves what a mount is made of. The caller keeps no way to it.
    ///
    /// - Parameter name: of the program; the names of its threads begin with it.
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

    /// Carries out a request under the lock. `body` answers it, or throws before it does.
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

    /// Carries out a request that may have to wait for lookups.
    ///
    /// - Parameters:
    ///   - body: answers the request, parks it, or throws before it does.
    ///   - later: makes what carries out again a request that was given up, from copies of its
    ///     arguments; nil when `body` parks it by itself.
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

    /// Ends the wait of a parked request as soon as its client gets a signal.
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
