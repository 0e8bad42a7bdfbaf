package import PerfmonModel

/// One PMD of one set: what perfmon2 keeps for it (`struct pfm_pmd`), and how far it was counted.
package struct CounterState: Sendable {
    /// The 64-bit virtual value as of the last fold (`set_pmds[i]`).
    package internal(set) var value: UInt64 = 0
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
    package internal(set) var counted: UInt64 = 0
    /// The backend's raw count that `value` corresponds to.
    var rawBase: UInt64 = 0
    /// Active time of all sets of the context when `counted` was last zeroed, in nanoseconds.
    var contextTimeBase: UInt64 = 0
    /// Time the hardware had counted this set when `counted` was last zeroed, in nanoseconds.
    var runningBase: UInt64 = 0
    /// What the PMD counts was on the hardware; without that, `counted` says nothing.
    var wasLoaded = false
    /// What the backend was last told: distance between overflows; nil: there are none.
    var armedDistance: UInt64?
    /// The raw count from which `armedDistance` is counted; nil when that is not known.
    var armedAt: UInt64?

    package init() {}

    /// Events until the 64-bit value wraps; nil when that lies beyond 2^63, where nobody counts.
    var distanceToOverflow: UInt64? {
        let distance = 0 &- value
        return distance == 0 || distance >= 1 << 63 ? nil : distance
    }

    /// Notes that the backend was told a distance, which counts from now on.
    mutating func noteArmed(_ distance: UInt64?) {
        armedDistance = distance
        armedAt = rawBase
    }

    /// Notes, of a counter whose value was reset at an overflow, that the hardware begins the same
    /// distance anew by itself. Clocks and hardware counters tell of an overflow a little late, and
    /// setting each anew for those few events would cost the overflows that come meanwhile.
    mutating func noteReloaded() {
        if armedDistance == distanceToOverflow { armedAt = rawBase }
    }

    /// Whether events now overflow where they did not, or the other way round.
    var needsReopening: Bool {
        (armedDistance == nil) != (distanceToOverflow == nil)
    }

    /// Whether the backend would not report the next overflow where the value wraps. The distance
    /// alone does not tell: the same period written again in its middle begins anew.
    var needsArming: Bool {
        guard let armed = armedDistance, let distance = distanceToOverflow else {
            return needsReopening
        }
        guard let armedAt else { return true }
        return armed - (rawBase &- armedAt) % armed != distance
    }
}
