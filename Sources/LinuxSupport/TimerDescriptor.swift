internal import CLinux
internal import Glibc
package import SystemPackage

/// A timer that polls readable when it has expired (timerfd(2) on CLOCK_MONOTONIC).
package struct TimerDescriptor: ~Copyable {
    private let descriptor: OwnedDescriptor

    package init() throws(Errno) {
        descriptor = try OwnedDescriptor(
            checking: SystemCall.createTimer.make { clinux_timer_create() }
        )
    }

    /// The number, for the epoll set.
    package var raw: Int32 { descriptor.raw }

    /// Lets it expire in so many nanoseconds, and then after every `interval`; 0 stops it.
    package func set(in first: UInt64, every interval: UInt64 = 0) throws(Errno) {
        try set(first, interval, isAbsolute: false)
    }

    /// Lets it expire at a moment of `MonotonicClock`; 0 stops it.
    package func set(at time: UInt64) throws(Errno) {
        try set(time, 0, isAbsolute: true)
    }

    private func set(_ first: UInt64, _ interval: UInt64, isAbsolute: Bool) throws(Errno) {
        let result = SystemCall.setTimer.make {
            clinux_timer_set(descriptor.raw, first, interval, isAbsolute ? 1 : 0)
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    /// Nanoseconds to the next expiry, 0 when stopped.
    package var left: UInt64 { clinux_timer_left(descriptor.raw) }

    /// How often it has expired since this was last asked; it then polls readable no more.
    @discardableResult
    package func takeExpirations() -> UInt64 {
        var count: UInt64 = 0
        return read(descriptor.raw, &count, 8) == 8 ? count : 0
    }
}
