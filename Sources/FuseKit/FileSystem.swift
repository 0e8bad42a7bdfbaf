import CFuse
import Glibc
import LinuxSupport
import Synchronization
import SystemPackage

/// One mount's tree behind its lock, as the threads share it.
package final class FileSystem: Sendable {
    /// The tree. The lock is never held while something waits for the kernel.
    let tree: Guarded<FileTree>
    /// The reads that wait; guarded by the tree's lock, for those who hold it already.
    nonisolated(unsafe) let parkedReads: ParkedReads
    /// Bytes of one read request, as the mount option max_read has it; 0: as many as the kernel likes.
    let maximumRead = Atomic<UInt32>(0)

    /// Serves what a mount is made of. The caller keeps no way to it.
    package init(_ content: sending MountContent) {
        parkedReads = ParkedReads()
        tree = Guarded(FileTree(content))
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

    /// Answers EINTR to a parked read as soon as its reader gets a signal.
    ///
    /// libfuse calls back on the loop thread with the request's own lock held, never while a
    /// handler runs.
    static func watchInterrupt(of request: fuse_req_t) {
        fuse_req_interrupt_func(
            request,
            { request, _ in
                guard let request else { return }
                let fileSystem = FileSystem.of(request).takeUnretainedValue()
                fileSystem.tree.withLock { _ in
                    fileSystem.parkedReads.interrupt(UInt(bitPattern: request))
                }
            },
            nil
        )
    }

    /// The thread that sent a request; 0: one that cannot be seen from here, or none.
    @inline(__always)
    static func thread(of request: fuse_req_t) -> Int32 {
        fuse_req_ctx(request)?.pointee.pid ?? 0
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
