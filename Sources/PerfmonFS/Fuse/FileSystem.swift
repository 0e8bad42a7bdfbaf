import CFuse
import Glibc
import PerfmonEngine
import SystemPackage

/// One mount's tree behind its lock, as the threads share it.
public final class FileSystem: Sendable {
    /// The tree. The lock is never held while something waits for the kernel.
    let tree: Guarded<FileTree>

    /// Serves what a mount is made of. The caller keeps no way to it.
    public init(_ content: sending MountContent) {
        tree = Guarded(FileTree(content))
    }

    /// The file system that a request is for.
    static func of(_ request: fuse_req_t) -> FileSystem {
        guard let pointer = fuse_req_userdata(request) else {
            fatalError("the session was made without its file system")
        }
        return Unmanaged<FileSystem>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Carries out a request under the lock. `body` answers it, or throws before it does.
    @inline(__always)
    func answer(_ request: fuse_req_t, _ body: (FileTree) throws(PfmError) -> Void) {
        tree.withLock { tree in
            do throws(PfmError) {
                try body(tree)
            } catch {
                fuse_reply_err(request, error.code.rawValue)
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
                FileSystem.of(request).tree.withLock { tree in
                    tree.parkedReads.interrupt(UInt(bitPattern: request))
                }
            },
            nil
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
