package import PerfmonModel

/// One complete configuration of the PMU, of which a context may have several that take turns
/// (`struct pfm_event_set`).
package final class EventSet {
    /// Identity and position in the order (`set_id`).
    package let id: UInt16
    /// Explicit successor (`set_id_next`); used with `SetFlags.explicitNext`.
    package internal(set) var nextID: UInt16 = 0
    package internal(set) var flags: SetFlags = []
    /// Effective switch time-out in nanoseconds; 0: none (`set_timeout`).
    package internal(set) var timeout: UInt64 = 0
    /// PMC values that differ from the PMU's defaults.
    var pmcValues: RegisterMap<UInt64> = [:]
    /// PMCs that were written.
    package internal(set) var usedPmcs: RegisterSet = []
    /// PMCs written with `RegisterFlags.noEmulation64`.
    var unemulatedPmcs: RegisterSet = []
    /// State of each used PMD: those written, and those named in a reset or sampling vector.
    var counters: RegisterMap<CounterState> = [:]
    /// Names as the user wrote them, with the selection each stood for.
    var eventNames: RegisterMap<(name: String, selection: EventSelection)> = [:]

    /// PMDs of the last 64-bit overflow (`set_ovfl_pmds`).
    package internal(set) var overflowedPmds: RegisterSet = []
    /// PMDs still to be reset because of the last overflow (`reset_pmds`).
    var pendingResets: RegisterSet = []
    /// A switch that masking put off until restart (`PFM_SETFL_PRIV_SWITCH`).
    var switchIsPending = false
    /// The set that follows, resolved at load.
    var successor: UInt16 = 0
    /// Activations since the load (`set_runs`).
    package internal(set) var runs: UInt64 = 0
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
    /// PMDs whose values have wrapped and about which nothing has been done yet (`povfl_pmds`).
    var pendingOverflows: RegisterSet = []
    /// Those of them that were told only after the set had been halted, and where they happened;
    /// all that are pending are handled when the set counts again.
    var lateOverflow: (pmds: RegisterSet, place: SamplePlace)?
    /// When the set was last halted, on the backend's clock.
    var haltedAt: UInt64 = 0
    /// What the backend was told to count; nil while unloaded.
    var program: SetProgram?
    /// What its view last showed.
    var view = SetView()

    init(id: UInt16) {
        self.id = id
    }

    /// PMDs that can be read: written, or named in a reset or sampling vector.
    package var usedPmds: RegisterSet { counters.keys }

    /// The state of a used PMD.
    package func counter(_ number: Int) -> CounterState? {
        counters[number]
    }

    /// Active nanoseconds since the load (`set_act_duration`).
    package var activeDuration: UInt64 { settledDuration &+ runningDuration }

    /// The value of a PMC in this set.
    package func pmcValue(_ register: ControlRegister) -> UInt64 {
        pmcValues[register.number] ?? register.defaultValue
    }

    /// The flags that a PMC was written with.
    package func flags(ofPmc number: Int) -> RegisterFlags {
        unemulatedPmcs.contains(number) ? .noEmulation64 : []
    }

    /// Takes a snapshot in: the events counted since the last one move into the virtual values.
    /// That of an overflow may be older than the last one, and then the values go back.
    ///
    /// - Parameter widthMask: the counters' hardware width, for those that are not emulated.
    func fold(_ snapshot: Snapshot, widthMask: UInt64) {
        guard let program else { return }
        for (index, counter) in program.counters.enumerated() where index < snapshot.raw.count {
            let raw = snapshot.raw[index]
            counters.update(counter.pmd) { state in
                let delta = raw &- state.rawBase
                state.rawBase = raw
                guard delta != 0 else { return }
                let old = state.value
                let new = old &+ delta
                state.counted &+= delta
                if counter.isUnemulated {
                    state.value = (old & ~widthMask) | (new & widthMask)
                    return
                }
                state.value = new
                if delta < 1 << 63, new < old {
                    pendingOverflows.insert(counter.pmd)
                } else if delta >= 1 << 63, new > old {
                    pendingOverflows.remove(counter.pmd)
                }
            }
        }
        foldTimes(enabled: snapshot.timeEnabled, running: snapshot.timeRunning)
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

    /// Drops what is pending of one PMD, whose value is set anew.
    func forgetOverflow(of number: Int) {
        pendingOverflows.remove(number)
        lateOverflow?.pmds.remove(number)
        if pendingOverflows.isEmpty { lateOverflow = nil }
    }

    /// Drops all overflows that are pending.
    func forgetOverflows() {
        pendingOverflows = []
        lateOverflow = nil
    }

    /// Whether the hardware's next overflow of a PMD is where its value wraps.
    func isArmed(_ number: Int) -> Bool {
        let isCounted = program?.counters.contains { $0.pmd == number && !$0.isUnemulated } ?? false
        return !isCounted || !(counters[number]?.needsArming ?? false)
    }

    /// Takes the times of a snapshot in.
    func foldTimes(enabled timeEnabledNow: UInt64, running timeRunningNow: UInt64) {
        // The snapshot of an overflow may be older than the last fold, when the counts were read
        // before the overflow was told: then the times go back, as the values do.
        let enabled = Int64(bitPattern: timeEnabledNow &- enabledBase)
        timeEnabled &+= UInt64(bitPattern: enabled)
        runningDuration &+= UInt64(bitPattern: enabled)
        timeoutLeft =
            enabled > 0
            ? timeoutLeft - min(timeoutLeft, UInt64(enabled))
            : timeoutLeft &+ enabled.magnitude
        timeRunning &+= timeRunningNow &- runningBase
        enabledBase = timeEnabledNow
        runningBase = timeRunningNow
    }
}
