internal import LinuxSupport

/// A PMU that the kernel lists below /sys/bus/event_source/devices.
struct SysfsPmu: Sendable, Equatable {
    let name: String
    /// `perf_event_attr.type`.
    let type: UInt32
    /// CPUs that count for all others (`cpumask`); nil when every CPU counts for itself.
    let designatedCPUs: [Int]?

    /// Whether it is made of code, not of hardware counters that can run out.
    var isSoftware: Bool {
        ["software", "tracepoint", "breakpoint", "kprobe", "uprobe", "msr"].contains(name)
    }
}

/// The PMUs of this machine. The generic layout names one by its place in this list.
struct SysfsPmus: Sendable {
    /// Sorted by name.
    let all: [SysfsPmu]

    /// Reads the list; it is read once, at start, so that places keep their meaning.
    init(_ kernel: PerfKernel) {
        let directory = "\(kernel.sysfs)/bus/event_source/devices"
        all = kernel.entries(directory).map { name in
            // A device without a type keeps its place but can never be opened.
            let type = kernel.text("\(directory)/\(name)/type").flatMap { UInt32($0) }
            return SysfsPmu(
                name: name,
                type: type ?? .max,
                designatedCPUs: kernel.text("\(directory)/\(name)/cpumask").map {
                    CPUNumbers.parse($0)
                }
            )
        }
    }

    /// The PMU of an attribute's type; nil for the kernel's own numbers without a device.
    func pmu(type: UInt32) -> SysfsPmu? {
        all.first { $0.type == type }
    }

    /// Whether there are hardware counters for the generic and raw events.
    ///
    /// x86 calls the PMU `cpu` or, on mixed machines, `cpu_core`; ARM `armv8_...`.
    var hasHardware: Bool {
        all.contains { $0.name.hasPrefix("cpu") || $0.name.hasPrefix("armv") }
    }
}
