internal import PerfmonModel
internal import SystemPackage

/// The registers of the simulated PMU: Intel's architectural layout, version 2, with four
/// programmable and three fixed counters.
enum SimulatedPmu {
    static let programmableCount = 4
    static let fixedCount = 3
    /// perfmon2 used 31 bits on these PMUs: a write sign-extends from bit 31.
    static let width = 31
    private static let fixedBase = 16
    /// Bits that no counter of this width has.
    private static let counterReserved = ~((UInt64(1) << UInt64(width)) - 1)

    static let description = PmuDescription(
        model: "Intel architectural (simulated)",
        counterWidth: width,
        pmcs: (0..<programmableCount).map(selector) + [fixedControl],
        pmds: (0..<programmableCount).map(programmable) + (0..<fixedCount).map(fixed),
        namedCounters: Array(0..<programmableCount)
    )

    private static func selector(_ index: Int) -> ControlRegister {
        ControlRegister(
            number: index,
            name: "PERFEVTSEL\(index)",
            address: 0x186 + UInt64(index),
            defaultValue: SelectorBits.interrupt,
            reservedMask: 0xffff_ffff_0030_0000,
            noEmulation64Mask: SelectorBits.interrupt,
            acceptsGeneric: false,
            role: .selector(pmd: index)
        )
    }

    private static let fixedControl = ControlRegister(
        number: fixedBase,
        name: "FIXED_CTRL",
        address: 0x38d,
        defaultValue: 0x888,
        reservedMask: 0xffff_ffff_ffff_fccc,
        noEmulation64Mask: 0,
        acceptsGeneric: false,
        role: .fixedControl(firstPmd: fixedBase, count: fixedCount)
    )

    private static func programmable(_ index: Int) -> DataRegister {
        DataRegister(
            number: index,
            name: "PMC\(index)",
            address: 0xc1 + UInt64(index),
            reservedMask: counterReserved,
            width: width,
            control: .selector(pmc: index)
        )
    }

    private static func fixed(_ index: Int) -> DataRegister {
        DataRegister(
            number: fixedBase + index,
            name: "FIXED_CTR\(index)",
            address: 0x309 + UInt64(index),
            reservedMask: counterReserved,
            width: width,
            control: .fixed(pmc: fixedBase, index: index)
        )
    }

    /// Turns a selection into what the workload counts.
    ///
    /// - Throws: EOPNOTSUPP for events and filters that the workload does not have; they are never
    ///   counted as 0.
    static func counter(for selection: EventSelection) throws(PfmError) -> SimulatedCounter {
        switch selection {
        case .programmable(let image):
            guard let event = SimulatedWorkload.event(code: UInt16(truncatingIfNeeded: image))
            else {
                throw PfmError(
                    .notSupportedOnSocket,
                    "the simulated PMU has no event 0x\(String(image & 0xffff, radix: 16))",
                    hint: "events/simulated lists those it has"
                )
            }
            guard image & filterBits == 0 else {
                throw PfmError(
                    .notSupportedOnSocket,
                    "the simulated PMU has no edge, inversion or counter mask "
                        + "(bits 18, 23 and 31:24)",
                    hint: "clear these bits"
                )
            }
            return try counter(
                event,
                user: image & SelectorBits.user != 0,
                kernel: image & SelectorBits.kernel != 0
            )
        case .fixed(let index, let control):
            let name = SimulatedWorkload.fixedEvents[index % fixedCount]
            guard let event = SimulatedWorkload.event(named: name) else { break }
            return try counter(event, user: control & 2 != 0, kernel: control & 1 != 0)
        case .generic:
            break
        }
        throw PfmError(
            .notSupportedOnSocket,
            "the simulated PMU does not know the generic register layout",
            hint: "use its own registers; see pmu_desc"
        )
    }

    private static let filterBits: UInt64 = 0xff84_0000

    private static func counter(
        _ event: SimulatedWorkload.Event,
        user: Bool,
        kernel: Bool
    ) throws(PfmError) -> SimulatedCounter {
        guard user || kernel else {
            throw PfmError(
                .invalidArgument,
                "neither user nor kernel mode is selected, so nothing would be counted",
                hint: "set bit 16 (USR) or bit 17 (OS)"
            )
        }
        return SimulatedCounter(
            count: event.count,
            period: event.period,
            user: user,
            kernel: kernel
        )
    }
}
