internal import PerfmonEvents
internal import PerfmonModel
internal import SystemPackage

/// Event names of the simulated PMU.
final class SimulatedEvents: EventSource {
    private static let pmu = "simulated"

    func pmus() -> [String] {
        [Self.pmu]
    }

    func eventNames(pmu: String) -> [String] {
        pmu == Self.pmu ? SimulatedWorkload.events.map(\.name) : []
    }

    func describe(pmu: String, event: String) -> EventDescription? {
        guard pmu == Self.pmu, let found = SimulatedWorkload.event(named: event) else { return nil }
        return EventDescription(
            pmu: pmu,
            name: event,
            text: found.text,
            selection: .programmable(Self.image(found, SelectorBits.user | SelectorBits.kernel)),
            modifiers: [("u", "in user mode only"), ("k", "in kernel mode only")]
        )
    }

    func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard let event = SimulatedWorkload.event(named: String(parts[0])) else { return nil }
        guard parts.count <= 2 else {
            throw PfmError(
                .invalidArgument,
                "\(name): one colon only",
                hint: "write \(parts[0]):uk",
                subject: name
            )
        }
        var modes: UInt64 = 0
        for letter in parts.count == 2 ? parts[1] : "uk" {
            switch letter {
            case "u": modes |= SelectorBits.user
            case "k": modes |= SelectorBits.kernel
            default:
                throw PfmError(
                    .invalidArgument,
                    "\(name): unknown modifier \(letter)",
                    hint: "u and k are known",
                    subject: name
                )
            }
        }
        return .programmable(Self.image(event, modes))
    }

    func name(of selection: EventSelection) -> String? {
        switch selection {
        case .programmable(let image):
            return SimulatedWorkload.event(code: UInt16(truncatingIfNeeded: image)).map { event in
                let user = image & SelectorBits.user != 0
                let kernel = image & SelectorBits.kernel != 0
                return Self.name(event.name, user: user, kernel: kernel)
            }
        case .fixed(let index, let control):
            guard SimulatedWorkload.fixedEvents.indices.contains(index) else { return nil }
            let event = SimulatedWorkload.fixedEvents[index]
            return Self.name(event, user: control & 2 != 0, kernel: control & 1 != 0)
        case .generic:
            return nil
        }
    }

    private static func name(_ event: String, user: Bool, kernel: Bool) -> String {
        switch (user, kernel) {
        case (true, false): event + ":u"
        case (false, true): event + ":k"
        default: event
        }
    }

    func namesNear(_ name: String) -> [String] {
        SimulatedWorkload.events.map(\.name).filter { $0.contains(name) || name.contains($0) }
    }

    private static func image(_ event: SimulatedWorkload.Event, _ modes: UInt64) -> UInt64 {
        UInt64(event.code) | modes | SelectorBits.enable | SelectorBits.interrupt
    }
}
