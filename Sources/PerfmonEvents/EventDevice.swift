internal import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// A PMU as sysfs describes it. Its files are read when they are needed; what formats and events
/// say is kept, for it belongs to the driver and does not change.
package final class EventDevice: Sendable {
    /// Name of the device.
    package let name: String
    /// Its index among the devices, bits 55:48 of the generic layout.
    package let index: Int

    private let files: KernelFiles
    private let path: String
    private let knownFormats = Guarded<[String: FormatField]?>(nil)
    private let knownAliases = Guarded<[String: DeviceAlias]?>(nil)

    init(name: String, index: Int, files: KernelFiles) {
        self.name = name
        self.index = index
        self.files = files
        path = SysfsEvents.directory + "/" + name
    }

    /// `perf_event_attr.type`. Read anew each time: a module that comes back has another number.
    ///
    /// - Throws: EOPNOTSUPP when the device is gone.
    package func type() throws(PfmError) -> UInt32 {
        guard let text = try? files.text(path + "/type"), let type = UInt32(text) else {
            throw PfmError(.notSupported, "PMU \(name) is gone from \(SysfsEvents.directory)")
        }
        return type
    }

    /// CPUs on which the PMU counts for all others, as the kernel lists them; nil when it counts
    /// on every CPU.
    package var cpuMask: String? {
        try? files.text(path + "/cpumask")
    }

    /// The same as numbers.
    package var designatedCPUs: [Int]? {
        cpuMask.map { CPUNumbers.parse($0) }
    }

    /// Whether the PMU is made of code, not of hardware counters that can run out.
    package var isSoftware: Bool {
        name == "msr" || SysfsEvents.unaddressable.contains(name)
    }

    /// Whether the PMU is a CPU's own: `cpu` of most architectures, or one of several kinds of
    /// CPUs, whose file `cpus` lists them.
    var isCore: Bool {
        name == "cpu" || name == "cpum_cf" || files.exists(path + "/cpus")
    }

    /// Words that may stand between the slashes, and the bits they fill.
    var formats: [String: FormatField] {
        if let known = knownFormats.withLock({ $0 }) { return known }
        var table: [String: FormatField] = [:]
        for word in (try? files.entries(path + "/format")) ?? [] {
            table[word] = (try? files.text("\(path)/format/\(word)")).flatMap { FormatField($0) }
        }
        return knownFormats.withLock { known in
            known = table
            return table
        }
    }

    /// Ends of the files that say more about the event before them.
    private static let properties = [".scale", ".unit", ".per-pkg", ".snapshot"]

    /// Events that the driver names.
    var aliases: [String: DeviceAlias] {
        if let known = knownAliases.withLock({ $0 }) { return known }
        let entries = (try? files.entries(path + "/events")) ?? []
        var table: [String: DeviceAlias] = [:]
        for name in entries where !Self.properties.contains(where: name.hasSuffix) {
            guard let terms = try? files.text("\(path)/events/\(name)") else { continue }
            table[name] = DeviceAlias(
                name: name,
                terms: terms,
                scale: try? files.text("\(path)/events/\(name).scale"),
                unit: try? files.text("\(path)/events/\(name).unit")
            )
        }
        return knownAliases.withLock { known in
            known = table
            return table
        }
    }
}

/// An event that a driver names: a file in `events/`.
struct DeviceAlias {
    let name: String
    /// What stands for it between the slashes; a value of `?` is the user's to give.
    let terms: String
    /// The factor that turns the count into `unit`, as it is written.
    let scale: String?
    let unit: String?

    /// Words that the user must give a value.
    var parameters: [String] {
        terms.split(separator: ",").filter { $0.hasSuffix("=?") }.map { String($0.dropLast(2)) }
    }

    var text: String {
        switch (scale, unit) {
        case (let scale?, let unit?): "\(terms); count times \(scale) is in \(unit)"
        case (let scale?, nil): "\(terms); count times \(scale)"
        case (nil, let unit?): "\(terms); in \(unit)"
        case (nil, nil): terms
        }
    }
}
