internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import SystemPackage

/// Time-outs in wall time, for sessions whose groups cannot count them: whole CPUs, and threads
/// with their children, which run at the same time as each other.
final class PerfSetTimer {
    private let descriptor: OwnedDescriptor
    /// What is left of each set's time-out where it is not the whole.
    private var left: [UInt16: UInt64] = [:]
    private var current: (set: UInt16, timeout: UInt64)?

    init() throws(Errno) {
        descriptor = try OwnedDescriptor(checking: clinux_timer_create())
    }

    /// The number, for the epoll set.
    var raw: Int32 { descriptor.raw }

    /// Lets the time of a set pass; nil for a set without a time-out.
    func start(_ set: UInt16, timeout: UInt64?) {
        guard let timeout, timeout > 0 else { return }
        current = (set, timeout)
        // Cannot fail: the kernel takes every time.
        _ = clinux_timer_set(descriptor.raw, left.removeValue(forKey: set) ?? timeout, timeout)
    }

    /// Stands still, and keeps what is left.
    func stop() {
        guard let (set, _) = current else { return }
        let rest = clinux_timer_left(descriptor.raw)
        if rest > 0 { left[set] = rest }
        _ = clinux_timer_set(descriptor.raw, 0, 0)
        current = nil
    }

    /// Sets what is left of a set's time-out in nanoseconds.
    func setLeft(_ nanoseconds: UInt64, of set: UInt16) {
        left[set] = max(nanoseconds, 1)
    }

    /// The set whose time-out is over, if one is; asking once more tells nothing.
    func takeExpired() -> UInt16? {
        var count: UInt64 = 0
        let got = Glibc.read(descriptor.raw, &count, 8)
        return got == 8 && count > 0 ? current?.set : nil
    }
}
