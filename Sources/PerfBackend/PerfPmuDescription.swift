internal import PerfmonEvents
internal import PerfmonModel

/// The logical PMU of the perf backend: native registers where the machine has them, registers in
/// the generic layout on the numbers that are left, and their operands from 64 on.
enum PerfPmuDescription {
    /// Numbers of selectors and counters: 0 to 63. Operands follow, one for each selector.
    static let selectors = 64
    /// Number of Intel's FIXED_CTRL register, and of the first fixed counter.
    static let firstFixed = 16

    static func describe(_ hardware: HardwarePmu?) -> PmuDescription {
        var pmcs: [ControlRegister] = []
        var pmds: [DataRegister] = []
        for number in 0..<selectors {
            if let hardware, number < hardware.counters {
                pmcs.append(nativeSelector(number, hardware))
                pmds.append(nativeCounter(number, hardware))
                continue
            }
            let fixed = number - firstFixed
            if let hardware, hardware.fixedCounters > 0, fixed >= 0, fixed < hardware.fixedCounters
            {
                if fixed == 0 { pmcs.append(fixedControl(hardware)) }
                pmds.append(fixedCounter(fixed, hardware))
                continue
            }
            pmcs.append(genericSelector(number))
            pmds.append(genericCounter(number))
        }
        pmcs += (0..<selectors).map(operand)
        let selectable = pmds.filter { if case .selector = $0.control { true } else { false } }
        return PmuDescription(
            model: model(hardware),
            counterWidth: hardware?.width ?? 64,
            pmcs: pmcs,
            pmds: pmds,
            namedCounters: selectable.map(\.number)
        )
    }

    private static func model(_ hardware: HardwarePmu?) -> String {
        switch hardware?.layout {
        case .intel: "Intel architectural (perf_event)"
        case .amd: "AMD64 (perf_event)"
        case nil: "Linux perf_event (no hardware PMU)"
        }
    }

    private static func nativeSelector(_ number: Int, _ hardware: HardwarePmu) -> ControlRegister {
        let isIntel = hardware.layout == .intel
        return ControlRegister(
            number: number,
            name: isIntel ? "PERFEVTSEL\(number)" : "PERF_CTL\(number)",
            address: isIntel ? 0x186 + UInt64(number) : 0xC001_0200 + 2 * UInt64(number),
            defaultValue: SelectorBits.interrupt,
            // Intel: bit 21 (ANY) and all above CMASK. AMD: bits 19 and 21, and above the event's
            // high bits 35:32 all but GuestOnly and HostOnly.
            reservedMask: isIntel ? 0xFFFF_FFFF_0030_0000 : 0xFFFF_FCF0_0028_0000,
            noEmulation64Mask: SelectorBits.interrupt,
            acceptsGeneric: true,
            role: .selector(pmd: number)
        )
    }

    private static func nativeCounter(_ number: Int, _ hardware: HardwarePmu) -> DataRegister {
        let isIntel = hardware.layout == .intel
        return DataRegister(
            number: number,
            name: isIntel ? "PMC\(number)" : "PERF_CTR\(number)",
            address: isIntel ? 0xC1 + UInt64(number) : 0xC001_0201 + 2 * UInt64(number),
            reservedMask: aboveWidth(hardware.width),
            width: hardware.width,
            control: .selector(pmc: number)
        )
    }

    private static func fixedControl(_ hardware: HardwarePmu) -> ControlRegister {
        var defaultValue: UInt64 = 0
        var reserved = UInt64.max
        for index in 0..<hardware.fixedCounters {
            // OS and USR of each counter are free; ANY stays 0 and PMI 1.
            defaultValue |= 8 << UInt64(4 * index)
            reserved &= ~(3 << UInt64(4 * index))
        }
        return ControlRegister(
            number: firstFixed,
            name: "FIXED_CTRL",
            address: 0x38D,
            defaultValue: defaultValue,
            reservedMask: reserved,
            noEmulation64Mask: 0,
            acceptsGeneric: false,
            role: .fixedControl(firstPmd: firstFixed, count: hardware.fixedCounters)
        )
    }

    private static func fixedCounter(_ index: Int, _ hardware: HardwarePmu) -> DataRegister {
        DataRegister(
            number: firstFixed + index,
            name: "FIXED_CTR\(index)",
            address: 0x309 + UInt64(index),
            reservedMask: aboveWidth(hardware.fixedWidth),
            width: hardware.fixedWidth,
            control: .fixed(pmc: firstFixed, index: index)
        )
    }

    private static func genericSelector(_ number: Int) -> ControlRegister {
        ControlRegister(
            number: number,
            name: "GENERIC\(number)",
            address: 0,
            defaultValue: 0,
            reservedMask: GenericLayout.reservedBits,
            noEmulation64Mask: 0,
            acceptsGeneric: true,
            role: .selector(pmd: number)
        )
    }

    private static func genericCounter(_ number: Int) -> DataRegister {
        DataRegister(
            number: number,
            name: "COUNTER\(number)",
            address: 0,
            reservedMask: 0,
            width: 64,
            control: .selector(pmc: number)
        )
    }

    private static func operand(_ index: Int) -> ControlRegister {
        ControlRegister(
            number: selectors + index,
            name: "OPERAND\(index)",
            address: 0,
            defaultValue: 0,
            reservedMask: 0,
            noEmulation64Mask: 0,
            acceptsGeneric: false,
            role: .operand
        )
    }

    private static func aboveWidth(_ width: Int) -> UInt64 {
        width < 64 ? ~((1 << UInt64(width)) - 1) : 0
    }
}
