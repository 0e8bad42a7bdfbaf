internal import CLinux
internal import Glibc
internal import SystemPackage

/// Wakes a poll from another thread.
final class Kick: Sendable {
    private let descriptor: OwnedDescriptor

    init() throws(Errno) {
        descriptor = try OwnedDescriptor(checking: clinux_eventfd())
    }

    /// Polls readable from `raise` to `clear`.
    var raw: Int32 { descriptor.raw }

    func raise() {
        var one: UInt64 = 1
        _ = write(descriptor.raw, &one, 8)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.raw, &count, 8)
    }
}
