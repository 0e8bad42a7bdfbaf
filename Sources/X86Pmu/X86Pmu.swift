internal import CLinux

/// The hardware counters of an x86 CPU, as CPUID describes them.
package struct X86Pmu: Sendable, Equatable {
    package enum Layout: Sendable {
        /// PERFEVTSEL and PMC registers, and fixed counters, at Intel's architectural numbers.
        case intel
        /// PERF_CTL and PERF_CTR registers of family 15h and later.
        case amd
    }

    package var layout: Layout
    /// Version of Intel's architectural performance monitoring; 0 for AMD.
    package var version: Int
    package var counters: Int
    /// Bits of a counter.
    package var width: Int
    package var fixedCounters: Int
    package var fixedWidth: Int

    package init(
        layout: Layout,
        version: Int,
        counters: Int,
        width: Int,
        fixedCounters: Int,
        fixedWidth: Int
    ) {
        self.layout = layout
        self.version = version
        self.counters = counters
        self.width = width
        self.fixedCounters = fixedCounters
        self.fixedWidth = fixedWidth
    }

    /// Reads CPUID; nil when it describes no counters, and on other architectures.
    package static func ofThisMachine() -> X86Pmu? {
        intel(cpuid(0xA)) ?? amd(cpuid(0x8000_0001))
    }

    /// Decodes leaf 0xA (EAX, EBX, ECX, EDX); nil when it describes no counters.
    package static func intel(_ leaf: [UInt32]) -> X86Pmu? {
        let version = Int(leaf[0] & 0xFF)
        let counters = Int(leaf[0] >> 8 & 0xFF)
        guard version > 0, counters > 0 else { return nil }
        let hasFixed = version > 1
        return X86Pmu(
            layout: .intel,
            version: version,
            // Numbers from 16 on belong to the fixed counters.
            counters: min(counters, firstFixed),
            width: Int(leaf[0] >> 16 & 0xFF),
            fixedCounters: hasFixed ? min(Int(leaf[3] & 0x1F), 16) : 0,
            fixedWidth: hasFixed ? Int(leaf[3] >> 5 & 0xFF) : 0
        )
    }

    /// Decodes leaf 0x80000001; nil without the six counters of the core performance extension.
    package static func amd(_ leaf: [UInt32]) -> X86Pmu? {
        guard leaf[2] & 1 << 23 != 0 else { return nil }
        return X86Pmu(
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
        _ = clinux_cpuid(leaf, 0, &registers)
        return registers
    }
}
