/// Lets a bounded number of things through in each second, and counts the others.
package struct RateLimit: Sendable {
    private let perSecond: Int
    private var windowStart: UInt64 = 0
    private var used = 0
    private var suppressed = 0

    package init(perSecond: Int) {
        self.perSecond = perSecond
    }

    /// Asks to let one through.
    ///
    /// - Parameter now: nanoseconds of a monotonic clock.
    /// - Returns: how many were suppressed since the last one that passed; nil to suppress this one.
    package mutating func pass(at now: UInt64) -> Int? {
        if now &- windowStart >= 1_000_000_000 {
            windowStart = now
            used = 0
        }
        guard used < perSecond else {
            suppressed += 1
            return nil
        }
        used += 1
        defer { suppressed = 0 }
        return suppressed
    }
}
