internal import PerfmonModel

extension Context {
    /// The events of all sets whose registers overflow or will after a reset.
    var eventsToSample: [SampledEvent] {
        var events: [SampledEvent] = []
        for set in sets {
            for number in set.usedPmds {
                guard let selection = selection(ofPmd: number, in: set),
                    let counter = set.counters[number],
                    let period = counter.distanceToOverflow
                        ?? CounterState(startingAt: counter.shortReset).distanceToOverflow
                        ?? CounterState(startingAt: counter.longReset).distanceToOverflow
                else { continue }
                events.append(
                    SampledEvent(
                        set: set.id,
                        pmd: number,
                        name: eventName(ofPmd: number, in: set) ?? "pmd\(number)",
                        selection: selection,
                        period: period
                    )
                )
            }
        }
        return events
    }
}

extension CounterState {
    fileprivate init(startingAt value: UInt64) {
        self.value = value
    }
}
