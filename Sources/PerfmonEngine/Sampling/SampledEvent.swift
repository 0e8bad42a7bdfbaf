package import PerfmonModel

/// An event whose overflows are sampled, as it was when the context was loaded.
package struct SampledEvent: Sendable, Equatable {
    package var set: UInt16
    package var pmd: Int
    /// As the user or the catalogue calls it.
    package var name: String
    package var selection: EventSelection
    /// Events up to the first overflow.
    package var period: UInt64

    package init(
        set: UInt16,
        pmd: Int,
        name: String,
        selection: EventSelection,
        period: UInt64
    ) {
        self.set = set
        self.pmd = pmd
        self.name = name
        self.selection = selection
        self.period = period
    }
}

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
