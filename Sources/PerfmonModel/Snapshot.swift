/// The raw counts of a set at one instant.
package struct Snapshot: Sendable, Equatable {
    /// One count for each counter of the program, in its order. They only ever grow, modulo 2^64.
    package var raw: [UInt64]
    /// Nanoseconds during which the set was started and its target there to be counted.
    package var timeEnabled: UInt64
    /// Nanoseconds of `timeEnabled` during which the hardware really counted.
    package var timeRunning: UInt64
    /// When the counts were taken, on the backend's clock.
    package var time: UInt64

    package init(raw: [UInt64], timeEnabled: UInt64, timeRunning: UInt64, time: UInt64) {
        self.raw = raw
        self.timeEnabled = timeEnabled
        self.timeRunning = timeRunning
        self.time = time
    }
}
