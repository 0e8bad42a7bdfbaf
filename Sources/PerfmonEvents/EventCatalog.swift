package import PerfmonModel
internal import SystemPackage

/// All event names of a backend: its sources, asked one after the other.
package final class EventCatalog: Sendable {
    private let sources: [any EventSource]

    package init(sources: [any EventSource]) {
        self.sources = sources
    }

    /// Finds the encoding of a name as users write it.
    ///
    /// - Throws: ENOENT with the nearest names when no source knows it, EINVAL when it is written
    ///   wrongly, EOPNOTSUPP when this machine does not have it.
    package func resolve(_ name: String) throws(PfmError) -> EventSelection {
        for source in sources {
            if let selection = try source.resolve(name) { return selection }
        }
        throw unknown(name)
    }

    /// The canonical name of an encoding; nil when no source has one.
    package func name(of selection: EventSelection) -> String? {
        for source in sources {
            if let name = source.name(of: selection) { return name }
        }
        return nil
    }

    /// Names of the PMUs that have events, sorted (`events/`).
    package func pmus() -> [String] {
        Set(sources.flatMap { $0.pmus() }).sorted()
    }

    /// Names of the events of one PMU, as files in `events/<pmu>/` carry them, in the order of
    /// their sources.
    package func eventNames(pmu: String) -> [String] {
        sources.flatMap { $0.eventNames(pmu: pmu) }
    }

    /// Whether a PMU has an event of this name.
    package func has(pmu: String, event: String) -> Bool {
        sources.contains { $0.has(pmu: pmu, event: event) }
    }

    /// Everything known of one event (`events/<pmu>/<EVENT>`); nil when there is none.
    package func describe(pmu: String, event: String) -> EventDescription? {
        for source in sources {
            if let description = source.describe(pmu: pmu, event: event) { return description }
        }
        return nil
    }

    /// One line for each event, `PMU EVENT DESCRIPTION`, without line ends
    /// (`info/available_events`). Each PMU's names are looked up when its first line is asked for.
    package func available() -> some Sequence<String> {
        sources.lazy.flatMap { source in
            source.pmus().lazy.flatMap { pmu in
                source.eventNames(pmu: pmu).lazy.map { event in
                    let (name, text) = source.listed(pmu: pmu, event: event)
                    return text.isEmpty ? "\(pmu) \(name)" : "\(pmu) \(name) \(text)"
                }
            }
        }
    }

    /// Why a name is unknown: what resembles it, and where it may hide.
    private func unknown(_ name: String) -> PfmError {
        let near = Set(sources.flatMap { $0.namesNear(name) })
            .map { (distance: EditDistance.between(name, $0, limit: .max) ?? .max, name: $0) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(4)
            .map(\.name)
        var remedy: (String) -> Remedy = { .words($0) }
        var hints = sources.compactMap { $0.reasonMissing(name) }
        if name.contains(","), !name.contains("/") {
            hints.insert("blanks separate events, not commas", at: 0)
        } else if near.isEmpty {
            remedy = { .listedEvents($0) }
        } else {
            hints.insert("did you mean " + near.joined(separator: ", ") + "?", at: 0)
        }
        return PfmError(
            .noSuchFileOrDirectory,
            "unknown event '\(name)'",
            remedy: remedy(hints.joined(separator: "; ")),
            subject: name
        )
    }
}
