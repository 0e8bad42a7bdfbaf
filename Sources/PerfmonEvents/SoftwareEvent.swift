/// The kernel's software events (`PERF_COUNT_SW_*`).
package struct SoftwareEvent: Sendable {
    /// What a filter for user or kernel mode does to the count.
    package enum Filter: Sendable {
        /// Only events of the wanted modes are counted.
        case exact
        /// The count is always that of both modes.
        case ignored
        /// Every event happens in kernel mode; a filter for user mode alone leaves nothing.
        case kernelOnly
    }

    /// `perf_event_attr.config`.
    package let number: UInt16
    /// The name that `perf stat` prints.
    package let name: String
    package let aliases: [String]
    package let filter: Filter
    /// One line for listings.
    package let text: String

    private init(
        _ number: UInt16,
        _ name: String,
        _ aliases: [String] = [],
        _ filter: Filter,
        _ text: String
    ) {
        self.number = number
        self.name = name
        self.aliases = aliases
        self.filter = filter
        self.text = text
    }

    /// The event of a number; nil when there is none.
    package init?(number: UInt16) {
        guard Int(number) < Self.all.count else { return nil }
        self = Self.all[Int(number)]
    }

    /// Every event; each stands at the place of its number.
    package static let all: [SoftwareEvent] = [
        .init(0, "cpu-clock", [], .ignored, "nanoseconds while the counter is on its CPU"),
        .init(1, "task-clock", [], .ignored, "nanoseconds that the task ran"),
        .init(2, "page-faults", ["faults"], .exact, "page faults"),
        .init(3, "context-switches", ["cs"], .kernelOnly, "switches away from the task"),
        .init(4, "cpu-migrations", ["migrations"], .kernelOnly, "moves to another CPU"),
        .init(5, "minor-faults", [], .exact, "page faults without input"),
        .init(6, "major-faults", [], .exact, "page faults that waited for input"),
        .init(
            7,
            "alignment-faults",
            [],
            .exact,
            "unaligned accesses mended by the kernel" + neverOnX86
        ),
        .init(
            8,
            "emulation-faults",
            [],
            .exact,
            "instructions emulated by the kernel" + neverOnX86
        ),
        .init(9, "dummy", [], .ignored, "counts nothing"),
        .init(10, "bpf-output", [], .ignored, "records written by BPF programs; counts nothing"),
        .init(
            11,
            "cgroup-switches",
            [],
            .kernelOnly,
            "switches to a task of another control group; counted on CPUs"
        ),
    ]

    #if arch(x86_64) || arch(i386)
        private static let neverOnX86 = "; never happens on x86"
    #else
        private static let neverOnX86 = ""
    #endif
}
