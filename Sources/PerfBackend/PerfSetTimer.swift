internal import LinuxSupport
internal import SystemPackage

/// Time-outs in wall time, for sessions whose groups cannot count them: whole CPUs, and threads
/// with their children, which run at the same time as each other.
final class PerfSetTimer {
    private let timer: TimerDescriptor
    /// What is left of each set's time-out where it is not the whole.
    private var left: [UInt16: UInt64] = [:]
    private var current: (set: UInt16, timeout: UInt64)?

    init() throws(Errno) {
        timer = try TimerDescriptor()
    }

    /// The number, for the epoll set.
    var raw: Int32 { timer.raw }

    /// Lets the time of a set pass; nil for a set without a time-out.
    ///
    /// - Throws: the errno of timerfd_settime(2); then nothing has begun.
    func start(_ set: UInt16, timeout: UInt64?) throws(Errno) {
        guard let timeout, timeout > 0 else { return }
        try timer.set(in: left[set] ?? timeout, every: timeout)
        left[set] = nil
        current = (set, timeout)
    }

    /// Stands still, and keeps what is left.
    func stop() {
        guard let (set, _) = current else { return }
        let rest = timer.left
        if rest > 0 { left[set] = rest }
        // An expiry that comes all the same is nobody's.
        try? timer.set(in: 0)
        current = nil
    }

    /// Sets what is left of a set's time-out in nanoseconds.
    func setLeft(_ nanoseconds: UInt64, of set: UInt16) {
        left[set] = max(nanoseconds, 1)
    }

    /// The set whose time-out is over, if one is; asking once more tells nothing.
    func takeExpired() -> UInt16? {
        timer.takeExpirations() > 0 ? current?.set : nil
    }
}
