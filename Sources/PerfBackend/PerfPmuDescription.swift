internal import PerfmonEvents
internal import PerfmonModel
internal import X86Pmu

/// The logical PMU of the perf backend: native registers where the machine has them, registers in
/// the generic layout on the numbers that are left, and their operands from 64 on.
enum PerfPmuDescription {
    /// Numbers of selectors and counters: 0 to 63. Operands follow, one for each selector.
    static let selectors = 64

    /// The native registers of this machine's PMU; nil when the kernel does not drive it, or on
    /// other architectures, whose registers only the generic layout offers.
    static func hardware(drivenBy devices: SysfsEvents) -> X86Pmu? {
        guard devices.all.contains(where: { $0.name == "cpu" || $0.name == "cpu_core" }) else {
            return nil
        }
        return X86Pmu.ofThisMachine()
    }

    static func describe(_ hardware: X86Pmu?) -> PmuDescription {
        var pmcs = hardware?.controlRegisters(acceptsGeneric: true) ?? []
        var pmds = hardware?.dataRegisters ?? []
        let native = RegisterSet(pmds.map(\.number))
        for number in 0..<selectors where !native.contains(number) {
            pmcs.append(genericSelector(number))
            pmds.append(genericCounter(number))
        }
        pmcs.sort { $0.number < $1.number }
        pmds.sort { $0.number < $1.number }
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

    private static func model(_ hardware: X86Pmu?) -> String {
        switch hardware?.layout {
        case .intel: "Intel architectural (perf_event)"
        case .amd: "AMD64 (perf_event)"
        case nil: "Linux perf_event (no hardware PMU)"
        }
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
}
