package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// The kernel's tracepoints, `subsystem:name`, as tracefs lists them.
///
/// Nothing is kept but the names of numbers asked for: tracefs may be mounted, and events come and
/// go with modules and probes, at any time.
package final class Tracepoints: EventSource {
    let files: KernelFiles
    /// Names of the numbers met so far; believed only if the `id` file still agrees.
    private let namesByNumber = Guarded<[UInt16: TracepointName]>([:])

    package init(files: KernelFiles = KernelFiles()) {
        self.files = files
    }

    /// Where tracefs shows its events now; nil when it is mounted nowhere.
    package var eventsDirectory: String? {
        for place in ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]
        where files.exists(place + "/events") {
            return place + "/events"
        }
        guard let mounts = try? files.text("/proc/self/mounts") else { return nil }
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == "tracefs" else { continue }
            let place = "\(fields[1])/events"
            if files.exists(place) { return place }
        }
        return nil
    }

    /// The subsystem of records without tracepoints.
    private static let tracer = "ftrace"

    package func pmus() -> [String] {
        eventsDirectory == nil ? [] : ["tracepoint"]
    }

    package func eventNames(pmu: String) -> [String] {
        guard pmu == "tracepoint", let directory = eventsDirectory,
            let subsystems = try? files.entries(directory)
        else { return [] }
        return subsystems.filter { $0 != Self.tracer }.flatMap { subsystem in
            names(in: subsystem, directory).map { "\(subsystem):\($0)" }
        }
    }

    package func has(pmu: String, event: String) -> Bool {
        guard pmu == "tracepoint", let directory = eventsDirectory,
            let name = TracepointName(event), name.subsystem != Self.tracer
        else { return false }
        return files.exists("\(directory)/\(name.path)/id")
    }

    package func describe(pmu: String, event: String) -> EventDescription? {
        guard pmu == "tracepoint", let directory = eventsDirectory,
            let name = TracepointName(event), name.subsystem != Self.tracer,
            let number = try? number(of: name, directory)
        else { return nil }
        return EventDescription(
            pmu: pmu,
            name: event,
            text: format(of: name, directory)?.text ?? "",
            selection: GenericLayout(.tracepoint(number)).selection(),
            modifiers: userFilterWorks(name, directory)
                ? [
                    ("u", "no effect: the event has the registers of user mode"),
                    ("k", "no effect"),
                ]
                : [("k", "no effect: always in kernel mode; u alone is refused")]
        )
    }

    package func listed(pmu: String, event: String) -> (name: String, text: String) {
        // The formats of all tracepoints take the kernel a hundred milliseconds to write.
        (event, "")
    }

    package func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3,
            let event = TracepointName(parts[0], parts[1]), let directory = eventsDirectory
        else { return nil }
        guard event.subsystem != Self.tracer else {
            throw PfmError(
                .notSupported,
                "\(name): a record that the tracer writes, which cannot be counted",
                remedy: .listedEvents(""),
                subject: name
            )
        }
        guard let number = try number(of: event, directory) else {
            if event.isPattern, files.exists("\(directory)/\(event.subsystem)") {
                throw PfmError(
                    .invalidArgument,
                    "\(name): patterns are not expanded",
                    remedy: .listedEvents("name one event"),
                    subject: name
                )
            }
            return nil
        }
        namesByNumber.withLock { $0[number] = event }
        var layout = GenericLayout(.tracepoint(number))
        try EventModifiers(parts.count == 3 ? parts[2] : nil, of: name)
            .apply(to: &layout, of: name)
        guard layout.kernel || userFilterWorks(event, directory) else {
            throw PfmError(
                .invalidArgument,
                "\(name): tracepoints are in kernel mode, so the count of user mode would "
                    + "always be 0",
                hint: "write \(event)",
                subject: name
            )
        }
        return layout.selection()
    }

    package func name(of selection: EventSelection) -> String? {
        guard case .generic(let image, _) = selection,
            let layout = try? GenericLayout(selection: image),
            case .tracepoint(let number) = layout.event, let directory = eventsDirectory,
            let name = name(of: number, directory)
        else { return nil }
        let letters = EventModifiers.letters(of: layout)
        return letters.isEmpty ? "\(name)" : "\(name):\(letters)"
    }

    package func reasonMissing(_ name: String) -> String? {
        guard eventsDirectory == nil, !name.contains("/"), !name.contains(".") else { return nil }
        return "tracepoints are known only once tracefs is mounted: "
            + "mount -t tracefs nodev /sys/kernel/tracing"
    }

    /// The number of an event; nil when there is no such event.
    ///
    /// - Throws: EACCES when tracefs may not be read.
    private func number(
        of name: TracepointName,
        _ directory: String
    ) throws(PfmError) -> UInt16? {
        do throws(Errno) {
            return UInt16(try files.text("\(directory)/\(name.path)/id"))
        } catch {
            guard error == .permissionDenied else { return nil }
            throw PfmError(
                .permissionDenied,
                "\(directory) may not be read by pfmfs",
                hint: "mount pfmfs as root, or change the owner of tracefs",
                subject: "\(name)"
            )
        }
    }

    /// The name of a number; nil when no event has it.
    private func name(of number: UInt16, _ directory: String) -> TracepointName? {
        let isCurrent = { (name: TracepointName) in
            (try? self.number(of: name, directory)) == number
        }
        if let name = namesByNumber.withLock({ $0[number] }), isCurrent(name) { return name }
        // A number that no name was given for: every event is looked at, once.
        var names: [UInt16: TracepointName] = [:]
        for subsystem in (try? files.entries(directory)) ?? [] {
            for event in self.names(in: subsystem, directory) {
                guard let name = TracepointName(subsystem, event),
                    let number = try? self.number(of: name, directory)
                else { continue }
                names[number] = name
            }
        }
        namesByNumber.withLock { $0 = names }
        return names[number]
    }

    /// Names of the events in a subsystem, without its control files.
    func names(in subsystem: String, _ directory: String) -> [String] {
        let entries = (try? files.entries("\(directory)/\(subsystem)")) ?? []
        return entries.filter { $0 != "enable" && $0 != "filter" }
    }

    private func format(of name: TracepointName, _ directory: String) -> TracepointFormat? {
        (try? files.text("\(directory)/\(name.path)/format")).map { TracepointFormat($0) }
    }

    /// Whether a filter for user mode leaves anything. The kernel applies it to the registers that
    /// come with the event: of system calls and user probes these are the program's own.
    private func userFilterWorks(_ name: TracepointName, _ directory: String) -> Bool {
        if name.subsystem == "syscalls" { return true }
        let probes = (try? files.text(directory.dropLast("events".count) + "uprobe_events")) ?? ""
        return probes.split(separator: "\n").contains { line in
            line.split(separator: " ").first?.dropFirst(2) ?? "" == name.path
        }
    }
}

/// Subsystem and name of a tracepoint, fit to be parts of a path.
struct TracepointName: Hashable, CustomStringConvertible {
    let subsystem: String
    let event: String

    /// - Returns: nil when a part could leave the directory it is looked up in.
    init?(_ subsystem: some StringProtocol, _ event: some StringProtocol) {
        for part in [String(subsystem), String(event)] {
            guard !part.isEmpty, !part.hasPrefix("."), !part.contains("/"), !part.contains("\0")
            else { return nil }
        }
        self.subsystem = String(subsystem)
        self.event = String(event)
    }

    /// Reads `subsystem:name`.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(parts[0], parts[1])
    }

    var description: String {
        "\(subsystem):\(event)"
    }

    var path: String {
        "\(subsystem)/\(event)"
    }

    var isPattern: Bool {
        event.contains { "*?[".contains($0) }
    }
}
