package import PerfmonModel
internal import SystemPackage

/// The names that the kernel itself gives to events, on every machine the same: software,
/// hardware and cache events.
package final class GenericEvents: EventSource {
    private let devices: SysfsEvents

    /// - Parameter devices: tell whether hardware events can be counted, and so are listed.
    package init(devices: SysfsEvents) {
        self.devices = devices
    }

    private static let softwareByName: [String: SoftwareEvent] = {
        var table: [String: SoftwareEvent] = [:]
        for event in SoftwareEvent.all {
            for name in [event.name] + event.aliases { table[name] = event }
        }
        return table
    }()

    private static let hardwareByName: [String: HardwareEvent] = {
        var table: [String: HardwareEvent] = [:]
        for event in HardwareEvent.all {
            for name in [event.name] + event.aliases { table[name] = event }
        }
        return table
    }()

    private static func event(named name: String) -> GenericLayout.Event? {
        if let event = softwareByName[name] { return .software(event.number) }
        if let event = hardwareByName[name] { return .hardware(event.number) }
        return CacheEvent(name: name).map { .cache($0) }
    }

    package func pmus() -> [String] {
        devices.hasCorePmu ? ["software", "hardware", "cache"] : ["software"]
    }

    package func eventNames(pmu: String) -> [String] {
        switch pmu {
        case "software": SoftwareEvent.all.map(\.name)
        case "hardware": HardwareEvent.all.map(\.name)
        case "cache": CacheEvent.all.map(\.name)
        default: []
        }
    }

    package func describe(pmu: String, event: String) -> EventDescription? {
        guard let found = Self.event(named: event), found.pmu == pmu else { return nil }
        return EventDescription(
            pmu: pmu,
            name: found.name,
            text: found.text,
            selection: GenericLayout(found).selection(),
            modifiers: found.modifiers
        )
    }

    package func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        let colon = name.firstIndex(of: ":") ?? name.endIndex
        guard let event = Self.event(named: String(name[..<colon])) else { return nil }
        var layout = GenericLayout(event)
        let letters = colon == name.endIndex ? nil : name[colon...].dropFirst()
        try EventModifiers(letters, of: name).apply(to: &layout, of: name)
        return layout.selection()
    }

    /// Names of what Intel's fixed counters count, by their index.
    private static let fixed = ["instructions", "cycles", "ref-cycles", "slots"]

    package func name(of selection: EventSelection) -> String? {
        if case .fixed(let index, let control) = selection, Self.fixed.indices.contains(index) {
            switch control & 3 {
            case 1: return Self.fixed[index] + ":k"
            case 2: return Self.fixed[index] + ":u"
            case 3: return Self.fixed[index]
            default: return nil
            }
        }
        guard case .generic(let image, _) = selection,
            let layout = try? GenericLayout(selection: image), layout.event.pmu != nil
        else { return nil }
        let letters = EventModifiers.letters(of: layout)
        return layout.event.name + (letters.isEmpty ? "" : ":\(letters)")
    }

    package func namesNear(_ name: String) -> [String] {
        let colon = name.firstIndex(of: ":") ?? name.endIndex
        let known =
            Array(Self.softwareByName.keys) + Array(Self.hardwareByName.keys)
            + CacheEvent.all.map(\.name)
        return EditDistance.nearest(to: String(name[..<colon]), in: known)
            .map { $0 + name[colon...] }
    }
}

extension GenericLayout.Event {
    /// The directory below `events/`; nil when the class has no names of its own here.
    fileprivate var pmu: String? {
        switch self {
        case .software: "software"
        case .hardware: "hardware"
        case .cache: "cache"
        default: nil
        }
    }

    fileprivate var name: String {
        switch self {
        case .software(let number): SoftwareEvent(number: number)?.name ?? ""
        case .hardware(let number): HardwareEvent(number: number)?.name ?? ""
        case .cache(let event): event.name
        default: ""
        }
    }

    fileprivate var text: String {
        switch self {
        case .software(let number): SoftwareEvent(number: number)?.text ?? ""
        case .hardware(let number): HardwareEvent(number: number)?.text ?? ""
        case .cache(let event): event.text
        default: ""
        }
    }

    fileprivate var modifiers: [(name: String, text: String)] {
        guard case .software(let number) = self, let event = SoftwareEvent(number: number) else {
            return EventModifiers.hardware
        }
        return switch event.filter {
        case .exact: [("u", "in user mode only"), ("k", "in kernel mode only")]
        case .ignored: [("u", "no effect on the count"), ("k", "no effect on the count")]
        case .kernelOnly: [("k", "no effect: always in kernel mode; u alone is refused")]
        }
    }
}
