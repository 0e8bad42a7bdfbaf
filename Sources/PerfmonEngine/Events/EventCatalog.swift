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
}
