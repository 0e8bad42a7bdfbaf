import Glibc

/// The kernel's monotonic clock, read without a system call.
enum MonotonicClock {
    /// Milliseconds since some fixed moment, at the resolution of a tick.
    static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }
}
