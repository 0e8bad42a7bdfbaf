internal import CLinux
internal import Glibc
package import SystemPackage

/// A descriptor of one particular thread (pidfd_open(2)), which no later thread of the same number
/// is mistaken for. It polls readable when the thread has exited.
package struct ThreadDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor
    /// False where the kernel has descriptors of processes only, before Linux 6.9: it is then that
    /// of the thread's process, whose first thread it is.
    package let isOfThread: Bool

    /// Opens the descriptor of the thread that has a number now.
    ///
    /// - Throws: ESRCH when there is no such thread, EINVAL when the kernel has descriptors of
    ///   processes only and the thread is not the first of its process.
    package init(_ tid: Int32) throws(Errno) {
        do throws(Errno) {
            descriptor = try Self.open(tid, UInt32(CLINUX_PIDFD_THREAD))
            isOfThread = true
        } catch {
            guard error == .invalidArgument else { throw error }
            descriptor = try Self.open(tid, 0)
            isOfThread = false
        }
    }

    private static func open(_ tid: Int32, _ flags: UInt32) throws(Errno) -> OwnedDescriptor {
        try OwnedDescriptor(
            checking: SystemCall.openThread.make { clinux_pidfd_open(tid, flags) }
        )
    }

    package var raw: Int32 { descriptor.raw }

    /// Sends the thread a signal; a process, where it is the descriptor of one.
    package func send(_ signal: Int32) throws(Errno) {
        guard clinux_pidfd_send_signal(descriptor.raw, signal, isOfThread ? 1 : 0) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
