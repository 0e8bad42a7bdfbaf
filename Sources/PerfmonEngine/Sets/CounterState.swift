package import PerfmonModel

/// One PMD of one set: what perfmon2 keeps for it (`struct pfm_pmd`), and how far it was counted.
package struct CounterState: Sendable {
    /// The 64-bit virtual value as of the last fold (`set_pmds[i]`).
    package internal(set) var value: UInt64 {
        get { count.value }
        set { count.value = newValue }
    }
    /// The value last installed by a write or a reset (`reg_last_reset_val`).
    package internal(set) var lastResetValue: UInt64 = 0
    /// Reset value after a notification was restarted (`reg_long_reset`).
    package internal(set) var longReset: UInt64 = 0
    /// Reset value after an overflow that did not stop monitoring (`reg_short_reset`).
    package internal(set) var shortReset: UInt64 = 0
    /// Bits of a random number subtracted from each reset value (`reg_random_mask`).
    package internal(set) var randomMask: UInt64 = 0
    /// Overflows before the set is left; 0: never (`reg_ovfl_switch_cnt` as written).
    package internal(set) var switchCount: UInt64 = 0
    /// Overflows left before the set is left (`reg_ovfl_switch_cnt` as read).
    package internal(set) var switchCountLeft: UInt64 = 0
    /// Opaque number that samples carry (`reg_smpl_eventid`).
    package internal(set) var eventID: UInt64 = 0
    /// Registers reset when this one overflows (`reg_reset_pmds`).
    package internal(set) var resetPmds: RegisterSet = []
    /// Registers recorded when this one overflows (`reg_smpl_pmds`).
    package internal(set) var sampledPmds: RegisterSet = []
    package internal(set) var flags: RegisterFlags = []

    /// Events counted since the context was loaded, the PMD was written or its event was changed,
    /// whatever resets did.
    package internal(set) var counted: UInt64 {
        get { count.counted }
        set { count.counted = newValue }
    }
    /// The backend's raw count that `value` corresponds to.
    var rawBase: UInt64 {
        get { count.rawBase }
        set { count.rawBase = newValue }
    }
    /// What the backend's raw counts come to.
    var count = VirtualCount()
    /// Active time of all sets of the context when `counted` was last zeroed, in nanoseconds.
    var contextTimeBase: UInt64 = 0
    /// Time the hardware had counted this set when `counted` was last zeroed, in nanoseconds.
    var runningBase: UInt64 = 0
    /// What the PMD counts was on the hardware; without that, `counted` says nothing.
    var wasLoaded = false
    /// Time of the context without counting when `counted` was last zeroed, in nanoseconds.
    var uncountedBase: UInt64 = 0
    /// The kernel has halted the counter for a while since `counted` was last zeroed.
    var wasThrottled = false
    /// Where the backend was told that the counter overflows.
    var armed = Armed.unknown

    enum Armed: Equatable {
        /// The backend has to be told.
        case unknown
        /// Nil: nowhere.
        case at(OverflowTarget?)
    }

    package init() {}

    /// Events until the 64-bit value wraps; nil when that lies beyond 2^63, where nobody counts.
    var distanceToOverflow: UInt64? {
        Self.distance(from: value)
    }

    /// The period of the resets that follow overflows without masking; nil when the value does not
    /// overflow from there, or not always at the same distance.
    var steadyPeriod: UInt64? {
        guard !flags.contains(.random) || randomMask == 0 else { return nil }
        return Self.distance(from: shortReset)
    }

    /// Events from a value to its overflow; nil when that lies beyond 2^63.
    static func distance(from value: UInt64) -> UInt64? {
        let distance = 0 &- value
        return distance == 0 || distance >= 1 << 63 ? nil : distance
    }

    /// Where the value wraps next.
    ///
    /// - Parameter repeats: overflows reset the value without anybody else's help.
    func target(repeats: Bool) -> OverflowTarget? {
        distanceToOverflow.map {
            OverflowTarget(count: rawBase &+ $0, period: repeats ? steadyPeriod : nil)
        }
    }

    /// Notes, of a counter that has just been reset at its own overflow, that the backend has begun
    /// the period anew by itself.
    mutating func noteReloaded() {
        guard case .at(let target?) = armed, let period = target.period,
            distanceToOverflow == period
        else { return }
        armed = .at(OverflowTarget(count: rawBase &+ period, period: period))
    }

    /// The periods that resets of this counter lead to; nil when none does.
    var forecast: PeriodForecast? {
        let fixed = [value, shortReset, longReset].compactMap(Self.distance)
        guard let shortest = fixed.min(), let longest = fixed.max() else { return nil }
        let isRandom = flags.contains(.random) && randomMask != 0
        let (sum, isBeyond) = longest.addingReportingOverflow(isRandom ? randomMask : 0)
        return PeriodForecast(
            shortest: shortest,
            longest: isBeyond ? .max : sum,
            unit: isRandom ? 1 : fixed.reduce(0, greatestCommonDivisor)
        )
    }
}

/// The largest number that divides both; the other one if one is 0.
package func greatestCommonDivisor(_ one: UInt64, _ other: UInt64) -> UInt64 {
    var (one, other) = (one, other)
    while other != 0 { (one, other) = (other, one % other) }
    return one
}
