package import PerfmonModel
internal import SystemPackage

/// One line of `counters`: what an event came to since the context was loaded, the counter was last
/// written or its event was changed.
package struct CounterReading: Sendable {
    /// Nil when no control register enables the counter.
    package var event: String?
    package var set: UInt16
    package var pmd: Int
    /// Events; estimated when `quality` is `scaled`, meaningless when it is `notCounted`.
    package var value: UInt64
    package var quality: CountQuality
    /// Nanoseconds for which the context was counting.
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
        let total = totalActiveTime
        var readings: [CounterReading] = []
        if let id {
            append(try requireSet(id), total: total, to: &readings)
            return readings
        }
        readings.reserveCapacity(activeSet.counters.values.count * sets.count)
        for set in sets { append(set, total: total, to: &readings) }
        return readings
    }

    private func append(
        _ set: EventSet,
        total: UInt64,
        to readings: inout [CounterReading]
    ) {
        for number in set.usedPmds {
            guard let counter = set.counters[number] else { continue }
            let event = eventName(ofPmd: number, in: set)
            readings.append(reading(event, number, counter, in: set, total: total))
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
        return reading(event, number, counter, in: set, total: totalActiveTime)
    }

    /// The reading of one counter, as of the last fold.
    func reading(
        _ event: String?,
        _ number: Int,
        _ counter: CounterState,
        in set: EventSet,
        total: UInt64
    ) -> CounterReading {
        let enabled = total - min(total, counter.contextTimeBase)
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
        if !counter.wasLoaded || set.runs == 0 {
            reading.quality = .notCounted
        } else if running == 0 {
            // Without any active time there was nothing to miss, as on a thread that slept: that
            // is a true zero. A set that others left no time, or that the hardware never took,
            // has no value at all.
            reading.quality = enabled == 0 ? .exact : .notCounted
        } else if running < enabled {
            reading.quality = .scaled
            reading.value = scaled(counter.counted, by: enabled, over: running)
        }
        return reading
    }

    /// Begins a PMD's reading anew. Values must be up to date.
    func restartReading(of number: Int, in set: EventSet) {
        set.counters.update(number) { counter in
            counter.counted = 0
            counter.contextTimeBase = totalActiveTime
            counter.runningBase = set.timeRunning
        }
    }

    private func scaled(_ count: UInt64, by enabled: UInt64, over running: UInt64) -> UInt64 {
        let product = count.multipliedFullWidth(by: enabled)
        guard product.high < running else { return .max }
        return running.dividingFullWidth(product).quotient
    }
}
