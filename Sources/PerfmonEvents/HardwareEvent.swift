/// The kernel's generic hardware events (`PERF_COUNT_HW_*`).
package struct HardwareEvent: Sendable {
    /// `perf_event_attr.config`.
    package let number: UInt16
    /// The name that `perf stat` prints.
    package let name: String
    package let aliases: [String]
    /// One line for listings.
    package let text: String

    private init(_ number: UInt16, _ name: String, _ aliases: [String] = [], _ text: String) {
        self.number = number
        self.name = name
        self.aliases = aliases
        self.text = text
    }

    /// The event of a number; nil when there is none.
    package init?(number: UInt16) {
        guard Int(number) < Self.all.count else { return nil }
        self = Self.all[Int(number)]
    }

    /// Every event; each stands at the place of its number.
    package static let all: [HardwareEvent] = [
        .init(0, "cycles", ["cpu-cycles"], "cycles of the CPU's clock while it works"),
        .init(1, "instructions", [], "instructions retired"),
        .init(2, "cache-references", [], "accesses that reached the last-level cache"),
        .init(3, "cache-misses", [], "accesses that missed the last-level cache"),
        .init(4, "branches", ["branch-instructions"], "branch instructions retired"),
        .init(5, "branch-misses", [], "branches that were predicted wrongly"),
        .init(6, "bus-cycles", [], "cycles of the bus clock"),
        .init(
            7,
            "stalled-cycles-frontend",
            ["idle-cycles-frontend"],
            "cycles without new instructions to issue"
        ),
        .init(
            8,
            "stalled-cycles-backend",
            ["idle-cycles-backend"],
            "cycles in which issued instructions could not go on"
        ),
        .init(9, "ref-cycles", [], "cycles at constant frequency while the CPU works"),
    ]
}
