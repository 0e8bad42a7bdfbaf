import PerfmonEngine
import PerfmonModel
import SystemPackage

/// Lines of event names: `cycles instructions`, `set1: page-faults`, `none`.
enum EventLines {
    /// The events of every set, one line each; sets without events are left out, `none` is all
    /// that is shown when there are none at all.
    static func show(_ context: Context, _ text: inout TextBuffer) {
        let start = text.count
        for set in context.sets {
            let names = names(of: set, in: context)
            guard !names.isEmpty else { continue }
            text.append("set\(set.id): ")
            text.append(line: names.joined(separator: " "))
        }
        if text.count == start { text.append(line: "none") }
    }

    /// The names of one set in the order of its PMDs.
    static func names(of set: EventSet, in context: Context) -> [String] {
        set.usedPmds.compactMap { context.eventName(ofPmd: $0, in: set) }
    }

    /// What a line asks for: `[setN:] EVENT ...`, or `none`.
    ///
    /// - Throws: EINVAL with the word at fault.
    static func decode(_ line: CommandLine) throws(PfmError) -> ContextCommand {
        var words = line.words.map(\.text)
        var set: UInt16 = 0
        if let first = words.first, first.hasPrefix("set"), first.hasSuffix(":") {
            set = try SetNumbers.parse(String(first.dropFirst(3).dropLast()))
            words.removeFirst()
        }
        if set == 0, let first = words.first, RegisterNames.number(first, "set") != nil {
            throw PfmError(
                .invalidArgument,
                "\(first) is not an event",
                hint: "write \(first): with a colon to name a set",
                subject: first
            )
        }
        guard !words.isEmpty else {
            throw PfmError(
                .invalidArgument,
                "an empty line names no event",
                hint: "write event names, or none to clear the set; info/available_events lists "
                    + "them"
            )
        }
        return .setEvents(words == ["none"] ? [] : words, set: set)
    }
}

/// Lines of `counters`.
enum CounterLines {
    /// An upper bound of the bytes that a line for each used counter takes.
    static func longest(_ context: Context) -> Int {
        context.sets.reduce(0) { total, set in
            EventLines.names(of: set, in: context).reduce(total) { $0 + 2 * $1.utf8.count + 120 }
        }
    }

    static func show(_ readings: [CounterReading], _ text: inout TextBuffer) {
        let width = readings.reduce(0) { max($0, $1.event?.utf8.count ?? 0) }
        for reading in readings {
            guard let event = reading.event else { continue }
            text.append(event, width: width + 1)
            if reading.quality == .notCounted {
                text.append("         not_counted")
            } else {
                text.append(reading.value, width: 20)
            }
            text.append(" quality=")
            text.append(reading.quality.rawValue)
            text.append(" running=")
            text.append(hundredths: share(reading))
            text.append(" set=")
            text.append(reading.set)
            text.append(" pmd=")
            text.append(line: reading.pmd)
        }
    }

    /// The part of the time in which the counter counted, in hundredths of a percent.
    static func share(_ reading: CounterReading) -> UInt64 {
        guard reading.timeRunning > 0, reading.timeEnabled > 0 else {
            return reading.quality == .exact ? 10_000 : 0
        }
        let product = reading.timeRunning.multipliedFullWidth(by: 10_000)
        guard product.high < reading.timeEnabled else { return 10_000 }
        return min(10_000, reading.timeEnabled.dividingFullWidth(product).quotient)
    }
}
