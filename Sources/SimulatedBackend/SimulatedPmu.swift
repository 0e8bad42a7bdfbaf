internal import PerfmonModel
internal import SystemPackage
internal import X86Pmu

/// The registers of the simulated PMU: Intel's architectural layout, version 2, with four
/// programmable and three fixed counters.
enum SimulatedPmu {
    /// perfmon2 used 31 bits on these PMUs: a write sign-extends from bit 31.
    private static let hardware = X86Pmu(
        layout: .intel,
        version: 2,
        counters: 4,
        width: 31,
        fixedCounters: 3,
        fixedWidth: 31
    )

    static let description = PmuDescription(
        model: "Intel architectural (simulated)",
        counterWidth: hardware.width,
        pmcs: hardware.controlRegisters(acceptsGeneric: false),
        pmds: hardware.dataRegisters,
        namedCounters: Array(0..<hardware.counters)
    )

    /// Counters that a set can use at once.
    static let counterCount = hardware.counters + hardware.fixedCounters

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
            let name = SimulatedWorkload.fixedEvents[index % hardware.fixedCounters]
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
