internal import Glibc

/// `CLOCK_MONOTONIC`, the clock of every event, sample and snapshot.
package enum MonotonicClock {
    /// Nanoseconds since an arbitrary moment at or before boot.
    package static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
