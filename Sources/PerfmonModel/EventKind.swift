/// Where an event comes from; a backend counts some kinds and others not.
package enum EventKind: String, Sendable, CaseIterable {
    /// Chosen by the bits of the CPU's own registers.
    case native
    /// One of the kernel's names for what every CPU counts.
    case hardware
    /// The same for caches.
    case cache
    /// Counted by the kernel's own code.
    case software
    case tracepoint
    case breakpoint
    /// A probe in a program.
    case probe
    /// Of another PMU that the kernel lists (`/sys/bus/event_source/devices`).
    case device

    /// In the plural, for sentences.
    package var text: String {
        switch self {
        case .native: "the CPU's native events"
        case .hardware: "hardware events"
        case .cache: "cache events"
        case .software: "software events"
        case .tracepoint: "tracepoints"
        case .breakpoint: "breakpoints"
        case .probe: "probes in programs"
        case .device: "events of other PMUs"
        }
    }
}
