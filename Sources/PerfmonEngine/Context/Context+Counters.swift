package import PerfmonModel
internal import SystemPackage

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
    init?(_ end: EndReason) {
        switch end {
        case .exit: return nil
        case .execCredentials: self = .execCredentials
        case .cpuOffline: self = .cpuOffline
        case .stolen: self = .stolen
        }
    }
}

/// One line of `counters`: what an event came to since the context was loaded or, if that was later,
/// since the counter's value was last written or its event was changed.
package struct CounterReading: Sendable {
    /// Nil when no control register enables the counter.
    package var event: String?
    package var set: UInt16
    package var pmd: Int
    /// Events; estimated when `quality` is `scaled`, meaningless when it is `notCounted`.
    package var value: UInt64
    package var quality: CountQuality
    /// Why it is `partial` or `notCounted`, where that is known.
    package var reason: CountReason?
    /// Nanoseconds for which the context was started and its target there to be counted.
    package var timeEnabled: UInt64
    /// Nanoseconds of these in which this counter counted.
    package var timeRunning: UInt64
    /// The register's own value: what was written plus what was counted since.
    package var registerValue: UInt64
}

extension Context {
    /// What every used PMD of one set, or of all, came to, all values of a set from one instant.
    ///
    /// - Throws: EINVAL for a set that does not exist.
    func readings(ofSet id: UInt16?) throws(PfmError) -> [CounterReading] {
        refresh(activeSet)
        let times = ContextTimes(active: totalActiveTime, uncounted: uncountedTime)
        var readings: [CounterReading] = []
        if let id {
            append(try requireSet(id), times, to: &readings)
            return readings
        }
        readings.reserveCapacity(activeSet.counters.values.count * sets.count)
        for set in sets { append(set, times, to: &readings) }
        return readings
    }

    private func append(
        _ set: EventSet,
        _ times: ContextTimes,
        to readings: inout [CounterReading]
    ) {
        for number in set.usedPmds {
            guard let counter = set.counters[number] else { continue }
            let event = eventName(ofPmd: number, in: set)
            readings.append(reading(event, number, counter, in: set, times))
        }
    }

    /// What one used PMD came to.
    ///
    /// - Throws: EINVAL when the register was never used in the set.
    func reading(of register: RegisterAddress) throws(PfmError) -> CounterReading {
        let number = register.number
        let set = try requireSet(register.set)
        refresh(activeSet)
        guard let counter = set.counters[number] else {
            throw PfmError(
                .invalidArgument,
                "pmd\(number) was never used in set \(set.id)",
                remedy: .writeRegister(number)
            )
        }
        let event = eventName(ofPmd: number, in: set)
        let times = ContextTimes(active: totalActiveTime, uncounted: uncountedTime)
        return reading(event, number, counter, in: set, times)
    }

    /// Nanoseconds since the load.
    struct ContextTimes {
        /// In which any set counted.
        var active: UInt64
        /// In which none did, although the context was started.
        var uncounted: UInt64
    }

    /// The reading of one counter, as of the last fold.
    func reading(
        _ event: String?,
        _ number: Int,
        _ counter: CounterState,
        in set: EventSet,
        _ times: ContextTimes
    ) -> CounterReading {
        let gap = times.uncounted - min(times.uncounted, counter.uncountedBase)
        let active = times.active - min(times.active, counter.contextTimeBase)
        let hasCounted = hasCounted || times.active > 0
        let enabled = active + gap
        let running = set.timeRunning - min(set.timeRunning, counter.runningBase)
        var reading = CounterReading(
            event: event,
            set: set.id,
            pmd: number,
            value: counter.counted,
            quality: .exact,
            timeEnabled: enabled,
            timeRunning: running,
            registerValue: counter.value
        )
        let end = endReason.flatMap(CountReason.init)
        if !counter.wasLoaded || set.runs == 0 {
            reading.quality = .notCounted
            if counter.wasLoaded, !hasCounted { reading.reason = .notStarted }
        } else if running == 0, !hasCounted || attachment?.activeTimeBeforeExec == times.active {
            reading.quality = .notCounted
            reading.reason = end ?? .notStarted
        } else if running == 0, enabled > 0 || end != nil {
            // Others left the set no time, or the hardware never took it.
            reading.quality = .notCounted
            reading.reason = end
        } else if running < active {
            reading.quality = .scaled
            reading.value = scaled(counter.counted, by: enabled, over: running)
        } else if gap > 0 || end != nil || counter.wasThrottled {
            // Without any active time there was nothing to miss, as on a thread that slept: that
            // is a true zero, and is not partial.
            reading.quality = .partial
            reading.reason = end ?? (gap > 0 ? gaps.reason : .throttled)
        }
        return reading
    }

    /// Notes that the kernel slowed a counter down; nil: one that is not known.
    func noteThrottled(_ pmd: Int?, set id: UInt16) {
        guard let pmd, let set = set(id) else { return }
        set.counters.update(pmd) { $0.wasThrottled = true }
    }

    /// Begins a PMD's reading anew. Values must be up to date.
    func restartReading(of number: Int, in set: EventSet) {
        set.counters.update(number) { counter in
            counter.counted = 0
            counter.wasThrottled = false
            counter.contextTimeBase = totalActiveTime
            counter.uncountedBase = uncountedTime
            counter.runningBase = set.timeRunning
        }
    }

    private func scaled(_ count: UInt64, by enabled: UInt64, over running: UInt64) -> UInt64 {
        let product = count.multipliedFullWidth(by: enabled)
        guard product.high < running else { return .max }
        return running.dividingFullWidth(product).quotient
    }
}
