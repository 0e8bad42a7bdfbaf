/// One complete configuration of the PMU, of which a context may have several that take turns
/// (`struct pfm_event_set`).
public final class EventSet {
    /// Identity and position in the order (`set_id`).
    public let id: UInt16
    /// Explicit successor (`set_id_next`); used with `SetFlags.explicitNext`.
    public internal(set) var nextID: UInt16 = 0
    public internal(set) var flags: SetFlags = []
    /// Effective switch time-out in nanoseconds; 0: none (`set_timeout`).
    public internal(set) var timeout: UInt64 = 0
    /// PMC values that differ from the PMU's defaults.
    var pmcValues: [Int: UInt64] = [:]
    /// PMCs that were written.
    public internal(set) var usedPmcs: RegisterSet = []
    /// PMCs written with `RegisterFlags.noEmulation64`.
    var unemulatedPmcs: RegisterSet = []
    /// State of each used PMD: those written, and those named in a reset or sampling vector.
    var counters: [Int: CounterState] = [:]
    /// Names as the user wrote them, with the selection each stood for.
    var eventNames: [Int: (name: String, selection: EventSelection)] = [:]

    /// PMDs of the last 64-bit overflow (`set_ovfl_pmds`).
    public internal(set) var overflowedPmds: RegisterSet = []
    /// PMDs still to be reset because of the last overflow (`reset_pmds`).
    var pendingResets: RegisterSet = []
    /// A switch that masking put off until restart (`PFM_SETFL_PRIV_SWITCH`).
    var switchIsPending = false
    /// The set that follows, resolved at load.
    var successor: UInt16 = 0
    /// Activations since the load (`set_runs`).
    public internal(set) var runs: UInt64 = 0
    /// What is left of the time-out, as of the last fold, in nanoseconds.
    var timeoutLeft: UInt64 = 0
    /// Active nanoseconds that are settled (`set_act_duration`).
    var settledDuration: UInt64 = 0
    /// Active nanoseconds since the last start, not yet settled.
    var runningDuration: UInt64 = 0
    /// Active nanoseconds since the load, by the backend's measure.
    var timeEnabled: UInt64 = 0
    /// Nanoseconds of `timeEnabled` in which the hardware counted.
    var timeRunning: UInt64 = 0
    /// The backend's figures that `timeEnabled` and `timeRunning` correspond to.
    var enabledBase: UInt64 = 0
    var runningBase: UInt64 = 0
    /// What the backend was told to count; nil while unloaded.
    var program: SetProgram?

    init(id: UInt16) {
        self.id = id
    }

    /// PMDs that can be read: written, or named in a reset or sampling vector.
    public var usedPmds: RegisterSet { RegisterSet(counters.keys) }

    /// The state of a used PMD.
    public func counter(_ number: Int) -> CounterState? {
        counters[number]
    }

    /// Active nanoseconds since the load (`set_act_duration`).
    public var activeDuration: UInt64 { settledDuration + runningDuration }

    /// The value of a PMC in this set.
    public func pmcValue(_ register: ControlRegister) -> UInt64 {
        pmcValues[register.number] ?? register.defaultValue
    }

    /// Takes a snapshot in: the events counted since the last one move into the virtual values.
    ///
    /// - Parameter widthMask: the counters' hardware width, for those that are not emulated.
    func fold(_ snapshot: Snapshot, widthMask: UInt64) {
        guard let program else { return }
        for (index, counter) in program.counters.enumerated() where index < snapshot.raw.count {
            let raw = snapshot.raw[index]
            let delta = raw &- (counters[counter.pmd]?.rawBase ?? raw)
            counters[counter.pmd]?.rawBase = raw
            guard delta != 0, let old = counters[counter.pmd]?.value else { continue }
            let new = old &+ delta
            counters[counter.pmd]?.value =
                counter.isUnemulated ? (old & ~widthMask) | (new & widthMask) : new
            counters[counter.pmd]?.counted &+= delta
        }
        foldTimes(snapshot)
    }

    /// Forgets what was counted between the last fold and this snapshot: events after an overflow
    /// at which perfmon2 had already stopped.
    func discard(upTo snapshot: Snapshot) {
        guard let program else { return }
        for (index, counter) in program.counters.enumerated() where index < snapshot.raw.count {
            counters[counter.pmd]?.rawBase = snapshot.raw[index]
        }
        enabledBase = snapshot.timeEnabled
        runningBase = snapshot.timeRunning
    }

    private func foldTimes(_ snapshot: Snapshot) {
        let enabled = snapshot.timeEnabled &- enabledBase
        timeEnabled += enabled
        runningDuration += enabled
        timeoutLeft -= min(timeoutLeft, enabled)
        timeRunning += snapshot.timeRunning &- runningBase
        enabledBase = snapshot.timeEnabled
        runningBase = snapshot.timeRunning
    }
}
