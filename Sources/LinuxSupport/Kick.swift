internal import CLinux
internal import Glibc
package import SystemPackage

/// Wakes a poll from another thread.
package final class Kick: Sendable {
    private let descriptor: OwnedDescriptor

    package init() throws(Errno) {
        descriptor = try OwnedDescriptor(checking: SystemCall.createKick.make { clinux_eventfd() })
    }

    /// Polls readable from `raise` to `clear`.
    package var raw: Int32 { descriptor.raw }

    package func raise() {
        var one: UInt64 = 1
        _ = write(descriptor.raw, &one, 8)
    }

    package func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
    }
}
