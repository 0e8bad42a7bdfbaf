internal import CPerfEvent
internal import PerfmonEvents
internal import PerfmonModel

/// Names for messages: the event as a user wrote it, as far as that can be told.
struct PerfEventName {
    let eventSources: [any EventSource]

    /// The first source's name for a selection, else what its attribute says.
    func name(of selection: EventSelection, _ attributes: perf_event_attr) -> String {
        for source in eventSources {
            if let name = source.name(of: selection) { return name }
        }
        let config = "0x" + String(attributes.config, radix: 16)
        switch attributes.type {
        case PERF_TYPE_HARDWARE.rawValue: return "hardware event \(attributes.config)"
        case PERF_TYPE_SOFTWARE.rawValue: return "software event \(attributes.config)"
        case PERF_TYPE_TRACEPOINT.rawValue: return "tracepoint \(attributes.config)"
        case PERF_TYPE_HW_CACHE.rawValue: return "cache event \(config)"
        case PERF_TYPE_RAW.rawValue: return "raw event \(config)"
        case PERF_TYPE_BREAKPOINT.rawValue:
            return "breakpoint at 0x" + String(attributes.bp_addr, radix: 16)
        default: return "event \(config) of PMU type \(attributes.type)"
        }
    }
}
