/// Where one counter overflows next, decided by its counts alone.
///
/// A sample says that a counter was looked at, not that it overflowed: the kernel takes samples
/// where a period is changed, and a backend asks for some before the wanted count. The overflow is
/// the first look that finds the counter at or past the wanted count. All looks before it are
/// early and mean nothing. How far the counter is past the wanted count is the lateness; it makes
/// this period longer, and no event is lost by it.
package struct OverflowAim: Sendable, Equatable {
    /// The count at which the counter overflows.
    package private(set) var wanted: UInt64
    /// The count at the last overflow, or when the aim was taken.
    package private(set) var last: UInt64
    /// The period that begins anew by itself at each overflow.
    package let period: UInt64?
    /// False from an overflow on that no new period follows by itself.
    package private(set) var isArmed = true

    /// What a counter passed.
    package struct Passage: Equatable {
        /// Events since the overflow before.
        package var period: UInt64
        /// Events past the wanted count; negative where a counter that tells of its overflows
        /// itself told of this one early.
        package var late: Int64
    }

    /// - Parameter count: the counter's count now, or when it was last looked at.
    package init(_ target: OverflowTarget, at count: UInt64) {
        wanted = target.count
        period = target.period
        last = count
    }

    /// Whether a counter at this count has overflowed.
    @inline(__always)
    package func isReached(at count: UInt64) -> Bool {
        isArmed && Int64(bitPattern: count &- wanted) >= 0
    }

    /// Whether a sample of a counter that begins its period anew by itself, in hardware, is an
    /// overflow. The hardware decides, some events earlier or later than the count says.
    @inline(__always)
    package func isReachedInHardware(at count: UInt64) -> Bool {
        guard isArmed, let period else { return false }
        return Int64(bitPattern: count &- last) > Int64(period / 2)
    }

    /// Takes an overflow: the next period, if there is one, begins here.
    package mutating func pass(at count: UInt64) -> Passage {
        let passage = Passage(
            period: count &- last,
            late: Int64(bitPattern: count &- wanted)
        )
        last = count
        if let period { wanted = count &+ period } else { isArmed = false }
        return passage
    }
}
