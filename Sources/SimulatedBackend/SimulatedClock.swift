internal import LinuxSupport
internal import PerfmonEngine

/// The time in which the simulated PMU lives.
package final class SimulatedClock: ManualControls {
    /// Whether time passes by itself or only by `advance`.
    package let isManual: Bool
    private var offset: UInt64 = 0

    /// - Parameter isManual: time stands still at 0 until it is advanced (`simulated_clock=manual`).
    package init(isManual: Bool) {
        self.isManual = isManual
        if !isManual { offset = MonotonicClock.now }
    }

    /// Nanoseconds since the clock was made.
    var now: UInt64 {
        isManual ? offset : MonotonicClock.now - offset
    }

    /// Moves a manual clock forward; what falls into that time happens at the next drain.
    package func advance(by nanoseconds: UInt64) {
        guard isManual else { return }
        offset += nanoseconds
    }

    /// What this clock's time 0 is on CLOCK_MONOTONIC; 0 for a manual clock.
    var origin: UInt64 { isManual ? 0 : offset }
}
