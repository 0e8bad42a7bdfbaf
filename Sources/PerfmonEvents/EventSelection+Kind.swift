package import PerfmonModel

extension EventSelection {
    /// The kind of the event; nil for an image that names none.
    package var kind: EventKind? {
        guard case .generic(let image, _) = self else { return .native }
        guard let layout = try? GenericLayout(selection: image) else { return nil }
        return switch layout.event.eventClass {
        case .hardware: .hardware
        case .cache: .cache
        case .software: .software
        case .tracepoint: .tracepoint
        case .breakpoint: .breakpoint
        case .uprobe: .probe
        case .dynamic: .device
        }
    }
}
