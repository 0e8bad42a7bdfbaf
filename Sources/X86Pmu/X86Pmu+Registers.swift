package import PerfmonModel

/// The native registers, as perfmon2 numbers them: selectors and counters from 0 on, Intel's fixed
/// counters from 16 on. Numbers of MSRs and bits are those of the manuals (Intel SDM volume 3B,
/// chapter 20; AMD APM volume 2, section 13.2).
extension X86Pmu {
    /// Number of Intel's FIXED_CTRL register, and of the first fixed counter.
    package static let firstFixed = 16

    /// The selectors, then FIXED_CTRL if there are fixed counters; ascending.
    ///
    /// - Parameter acceptsGeneric: selectors take values of the generic layout too.
    package func controlRegisters(acceptsGeneric: Bool) -> [ControlRegister] {
        (0..<counters).map { selector($0, acceptsGeneric: acceptsGeneric) }
            + (fixedCounters > 0 ? [fixedControl] : [])
    }

    /// The programmable counters, then the fixed ones; ascending.
    package var dataRegisters: [DataRegister] {
        (0..<counters).map(counter) + (0..<fixedCounters).map(fixedCounter)
    }

    private func selector(_ number: Int, acceptsGeneric: Bool) -> ControlRegister {
        let isIntel = layout == .intel
        return ControlRegister(
            number: number,
            name: isIntel ? "PERFEVTSEL\(number)" : "PERF_CTL\(number)",
            address: isIntel ? 0x186 + UInt64(number) : 0xC001_0200 + 2 * UInt64(number),
            defaultValue: SelectorBits.interrupt,
            // Intel: bit 21 (ANY) and all above CMASK. AMD: bits 19 and 21, and above the event's
            // high bits 35:32 all but GuestOnly and HostOnly.
            reservedMask: isIntel ? 0xFFFF_FFFF_0030_0000 : 0xFFFF_FCF0_0028_0000,
            noEmulation64Mask: SelectorBits.interrupt,
            acceptsGeneric: acceptsGeneric,
            role: .selector(pmd: number)
        )
    }

    private func counter(_ number: Int) -> DataRegister {
        let isIntel = layout == .intel
        return DataRegister(
            number: number,
            name: isIntel ? "PMC\(number)" : "PERF_CTR\(number)",
            address: isIntel ? 0xC1 + UInt64(number) : 0xC001_0201 + 2 * UInt64(number),
            reservedMask: Self.aboveWidth(width),
            width: width,
            control: .selector(pmc: number)
        )
    }

    private var fixedControl: ControlRegister {
        var defaultValue: UInt64 = 0
        var reserved = UInt64.max
        for index in 0..<fixedCounters {
            // OS and USR of each counter are free; ANY stays 0 and PMI 1.
            defaultValue |= 8 << UInt64(4 * index)
            reserved &= ~(3 << UInt64(4 * index))
        }
        return ControlRegister(
            number: Self.firstFixed,
            name: "FIXED_CTRL",
            address: 0x38D,
            defaultValue: defaultValue,
            reservedMask: reserved,
            noEmulation64Mask: 0,
            acceptsGeneric: false,
            role: .fixedControl(firstPmd: Self.firstFixed, count: fixedCounters)
        )
    }

    private func fixedCounter(_ index: Int) -> DataRegister {
        DataRegister(
            number: Self.firstFixed + index,
            name: "FIXED_CTR\(index)",
            address: 0x309 + UInt64(index),
            reservedMask: Self.aboveWidth(fixedWidth),
            width: fixedWidth,
            control: .fixed(pmc: Self.firstFixed, index: index)
        )
    }

    private static func aboveWidth(_ width: Int) -> UInt64 {
        width < 64 ? ~((1 << UInt64(width)) - 1) : 0
    }
}
