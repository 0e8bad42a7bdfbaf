package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// Every PMU that the kernel shows in sysfs, with the events that their drivers name:
/// `msr/tsc/`, `cpu/event=0xc0,umask=1/u`, `uncore_imc_0/config=0x304/`.
package final class SysfsEvents: EventSource {
    static let directory = "/sys/bus/event_source/devices"

    /// Counted by event classes of their own, or by addresses in memory that no client may choose.
    static let unaddressable = [
        "breakpoint", "kprobe", "software", "tracepoint", "uprobe",
    ]

    private let files: KernelFiles
    private let known = Guarded(Devices())

    /// The devices met so far.
    private struct Devices {
        var all: [EventDevice] = []
        var byName: [String: EventDevice] = [:]
        /// By the type that they had when it was last asked for.
        var byType: [UInt32: EventDevice] = [:]
    }

    /// - Parameter files: where sysfs is found.
    package init(files: KernelFiles = KernelFiles()) {
        self.files = files
    }

    /// All devices, in the order of their indexes: by name as they were first seen, later ones
    /// behind.
    package var all: [EventDevice] {
        let devices = known.withLock { $0.all }
        return devices.isEmpty ? refresh().all : devices
    }

    /// Looks for devices that came since. Indexes given once stay.
    private func refresh() -> Devices {
        let names = (try? files.entries(Self.directory)) ?? []
        return known.withLock { devices in
            for name in names where devices.byName[name] == nil {
                let device = EventDevice(name: name, index: devices.all.count, files: files)
                devices.all.append(device)
                devices.byName[name] = device
            }
            return devices
        }
    }

    /// The device of a name; nil when there is none now.
    package func device(_ name: String) -> EventDevice? {
        known.withLock { $0.byName[name] } ?? refresh().byName[name]
    }

    /// The device of an index of the generic layout.
    ///
    /// - Throws: EINVAL when there is none, EOPNOTSUPP when its events need an address in pfmfs's
    ///   own memory or have a class of their own.
    package func device(at index: Int) throws(PfmError) -> EventDevice {
        guard all.indices.contains(index) else {
            throw PfmError(
                .invalidArgument,
                "bits 55:48: there is no PMU \(index); \(all.count) are known",
                remedy: .listedEvents("")
            )
        }
        try Self.checkAddressable(all[index].name)
        return all[index]
    }

    /// The device of a `perf_event_attr.type`; nil when there is none.
    package func device(ofType type: UInt32) -> EventDevice? {
        if let device = known.withLock({ $0.byType[type] }), (try? device.type()) == type {
            return device
        }
        let found = all.first { (try? $0.type()) == type }
        known.withLock { $0.byType[type] = found }
        return found
    }

    /// The CPU's own PMU, the first if there are several; nil when the kernel has none, and so no
    /// hardware event can be counted.
    package var corePmu: EventDevice? {
        all.first(where: \.isCore)
    }

    /// Whether the kernel has a PMU of the CPU's own.
    package var hasCorePmu: Bool {
        corePmu != nil
    }

    package func pmus() -> [String] {
        all.map(\.name).filter {
            !Self.unaddressable.contains($0)
                && (files.exists("\(Self.directory)/\($0)/format")
                    || files.exists("\(Self.directory)/\($0)/events"))
        }
    }

    package func eventNames(pmu: String) -> [String] {
        guard !Self.unaddressable.contains(pmu), let device = device(pmu) else { return [] }
        return device.aliases.keys.sorted()
    }

    package func has(pmu: String, event: String) -> Bool {
        !Self.unaddressable.contains(pmu) && device(pmu)?.aliases[event] != nil
    }

    package func describe(pmu: String, event: String) -> EventDescription? {
        guard !Self.unaddressable.contains(pmu), let device = device(pmu),
            let alias = device.aliases[event]
        else { return nil }
        let name = Self.example(alias, of: device)
        var text = alias.text
        if let cpus = device.cpuMask, !cpus.isEmpty { text += "; counts on CPUs \(cpus) for all" }
        return EventDescription(
            pmu: pmu,
            name: name,
            text: text,
            selection: (try? resolve(name)) ?? nil,
            modifiers: device.formats.sorted { $0.key < $1.key }
                .map { ("\($0.key)=", "\($0.value.width) bits") }
        )
    }

    package func namesNear(_ name: String) -> [String] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1 {
            // The name of an event without its PMU.
            return pmus().compactMap { pmu in
                device(pmu).flatMap { device in
                    device.aliases[name].map { Self.example($0, of: device) }
                }
            }
        }
        let tail = parts.dropFirst().joined(separator: "/")
        return EditDistance.nearest(to: parts[0], in: pmus()).map { "\($0)/\(tail)" }
    }

    /// The name of an alias as `resolve` takes it, with marks where the user must give values.
    private static func example(_ alias: DeviceAlias, of device: EventDevice) -> String {
        let terms = [alias.name] + alias.parameters.map { "\($0)=?" }
        return "\(device.name)/\(terms.joined(separator: ","))/"
    }

    /// Checks that configuration words may be given to a PMU.
    ///
    /// - Throws: EOPNOTSUPP when its events need an address in pfmfs's own memory or have a class
    ///   of their own.
    package static func checkAddressable(_ name: String) throws(PfmError) {
        switch name {
        case "uprobe", "kprobe":
            throw PfmError(
                .notSupported,
                "PMU \(name) takes a path or symbol, which no register holds",
                hint: "make a probe with tracefs and name its tracepoint",
                subject: name
            )
        case "software", "tracepoint", "breakpoint":
            throw PfmError(
                .notSupported,
                "PMU \(name) is not addressed by configuration words",
                hint: "write the event's own name, such as page-faults, sched:sched_switch or "
                    + "mem:0x4000:w",
                subject: name
            )
        default:
            return
        }
    }
}
