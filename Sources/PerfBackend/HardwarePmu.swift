internal import CPerfEvent

/// The hardware counters of an x86 CPU, as CPUID describes them.
struct HardwarePmu: Sendable, Equatable {
    enum Layout: Sendable {
        /// PERFEVTSEL and PMC registers, and fixed counters, at Intel's architectural numbers.
        case intel
        /// PERF_CTL and PERF_CTR registers of family 15h and later.
        case amd
    }

    var layout: Layout
    /// Version of Intel's architectural performance monitoring; 0 for AMD.
    var version: Int
    var counters: Int
    /// Bits of a counter.
    var width: Int
    var fixedCounters: Int
    var fixedWidth: Int

    /// Reads CPUID; nil when there are no counters, when the kernel does not drive them, or on
    /// other architectures, whose registers only the generic layout offers.
    static func detect(_ pmus: SysfsPmus) -> HardwarePmu? {
        guard pmus.all.contains(where: { $0.name == "cpu" || $0.name == "cpu_core" }) else {
            return nil
        }
        return intel(cpuid(0xA)) ?? amd(cpuid(0x8000_0001))
    }

    /// Decodes leaf 0xA (EAX, EBX, ECX, EDX); nil when it describes no counters.
    static func intel(_ leaf: [UInt32]) -> HardwarePmu? {
        let version = Int(leaf[0] & 0xFF)
        let counters = Int(leaf[0] >> 8 & 0xFF)
        guard version > 0, counters > 0 else { return nil }
        let hasFixed = version > 1
        return HardwarePmu(
            layout: .intel,
            version: version,
            // Numbers from 16 on belong to the fixed counters.
            counters: min(counters, 16),
            width: Int(leaf[0] >> 16 & 0xFF),
            fixedCounters: hasFixed ? min(Int(leaf[3] & 0x1F), 16) : 0,
            fixedWidth: hasFixed ? Int(leaf[3] >> 5 & 0xFF) : 0
        )
    }

    /// Decodes leaf 0x80000001; nil without the six counters of the core performance extension.
    static func amd(_ leaf: [UInt32]) -> HardwarePmu? {
        guard leaf[2] & 1 << 23 != 0 else { return nil }
        return HardwarePmu(
            layout: .amd,
            version: 0,
            counters: 6,
            width: 48,
            fixedCounters: 0,
            fixedWidth: 0
        )
    }

    private static func cpuid(_ leaf: UInt32) -> [UInt32] {
        var registers: [UInt32] = [0, 0, 0, 0]
        _ = cperf_cpuid(leaf, 0, &registers)
        return registers
    }
}
