/// How far a count can be trusted.
package enum CountQuality: String, Sendable {
    /// Every event was counted.
    case exact
    /// The counter had to share its time; the value is an estimate from its share.
    case scaled
    /// There was time in which nothing was counted, for a known reason; the value is what was
    /// counted.
    case partial
    /// The counter never ran, so there is no value.
    case notCounted = "not_counted"
}

/// Why a count is not exact.
package enum CountReason: String, Sendable {
    /// Counting was not started, or waits for an exec that has not come.
    case notStarted = "not_started"
    /// An overflow masked monitoring until a restart.
    case masked
    /// The set was halted while other events were put in the place of its own.
    case reprogrammed
    /// Sets took turns on the hardware.
    case switched
    /// The kernel halted the counter for a while, because its overflows took too much time.
    case throttled
    /// The thread's credentials changed at an exec and the kernel took the counters away.
    case execCredentials = "exec-credentials"
    /// The monitored CPU went offline.
    case cpuOffline = "cpu-offline"
    /// Someone else reprogrammed the hardware.
    case stolen

    /// Nil for an end at which nothing was missed.
    package init?(_ end: EndReason) {
        switch end {
        case .exit: return nil
        case .execCredentials: self = .execCredentials
        case .cpuOffline: self = .cpuOffline
        case .stolen: self = .stolen
        }
    }
}
