internal import SystemPackage

/// Placeholder until the events branch is merged.
public final class EventCatalog {
    private let sources: [any EventSource]
    public init(sources: [any EventSource]) { self.sources = sources }
    public func resolve(_ name: String) throws(PfmError) -> EventSelection {
        for source in sources {
            if let selection = try source.resolve(name) { return selection }
        }
        throw PfmError(.noSuchFileOrDirectory, "\(name): unknown event", subject: name)
    }
    public func name(of selection: EventSelection) -> String? {
        for source in sources { if let name = source.name(of: selection) { return name } }
        return nil
    }

    public func pmus() -> [String] { sources.flatMap { $0.pmus() } }
    public func eventNames(pmu: String) -> [String] {
        sources.flatMap { $0.eventNames(pmu: pmu) }
    }
    public func describe(pmu: String, event: String) -> EventDescription? {
        for source in sources {
            if let found = source.describe(pmu: pmu, event: event) { return found }
        }
        return nil
    }
    public func available() -> some Sequence<String> {
        sources.lazy.flatMap { source in
            source.pmus().lazy.flatMap { pmu in
                source.eventNames(pmu: pmu).lazy.map { "\(pmu) \($0)" }
            }
        }
    }
}
