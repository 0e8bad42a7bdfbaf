internal import CPerfEvent
internal import CPfm
internal import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// Events of CPU models by the names of their manuals, from libpfm4: `INST_RETIRED:ANY_P`,
/// `skl::L1D:REPLACEMENT:u`. The library is loaded when it is first needed; without it there are
/// no such names.
package final class LibpfmEvents: EventSource {
    private let path: String
    let layout: RawEvents.Layout
    let devices: SysfsEvents
    private let state = Guarded(State.unloaded)

    private enum State {
        case unloaded
        case missing
        case loaded(PfmLibrary, [PfmModel])
    }

    /// - Parameters:
    ///   - path: name or path of the shared library.
    ///   - layout: `native` when the CPU's selectors are PERFEVTSEL registers.
    ///   - devices: number the PMUs of the generic layout.
    package init(path: String = "libpfm.so.4", layout: RawEvents.Layout, devices: SysfsEvents) {
        self.path = path
        self.layout = layout
        self.devices = devices
    }

    /// Whether there are counters that the library's names could go to. Without them it is not
    /// worth its memory.
    private var hasUse: Bool {
        layout == .native || devices.hasCorePmu
    }

    var library: (PfmLibrary, models: [PfmModel])? {
        guard hasUse else { return nil }
        return state.withLock { state in
            if case .unloaded = state {
                state = PfmLibrary(path: path).map { .loaded($0, $0.models()) } ?? .missing
            }
            guard case .loaded(let library, let models) = state else { return nil }
            return (library, models)
        }
    }

    package func pmus() -> [String] {
        guard let (library, models) = library else { return [] }
        return models.filter { isCountable($0, library) }.map(\.name).sorted()
    }

    /// Whether events of a model are worth listing: the library believes in the model because of
    /// the CPU's identity, while the kernel may have no driver for it.
    private func isCountable(_ model: PfmModel, _ library: PfmLibrary) -> Bool {
        guard model.isPresent else { return false }
        if model.isCore { return true }
        guard let event = library.event(model.firstEvent) else { return false }
        return (try? kernelSelection("\(model.name)::\(event.name)", event, model, library)) != nil
    }

    package func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix("mem:"), !name.contains("\0"),
            RawEvents.code(in: name) == nil, let (library, models) = library
        else { return nil }
        guard let event = find(name, library),
            let model = models.first(where: { $0.number == event.model })
        else {
            try explain(name, library)
            return nil
        }
        return layout == .native && model.isCore
            ? try nativeSelection(name, library)
            : try kernelSelection(name, event, model, library)
    }

    /// The event of a name.
    ///
    /// The library looks names up by the attributes of registers, so a name with an attribute of
    /// the kernel's interface, such as `precise`, is found by its event alone.
    private func find(_ name: String, _ library: PfmLibrary) -> PfmEvent? {
        if let event = library.event(library.find(name)) { return event }
        guard layout == .generic else { return nil }
        let base = Self.base(of: name)
        return base.count < name.count ? library.event(library.find(base)) : nil
    }

    private func nativeSelection(
        _ name: String,
        _ library: PfmLibrary
    ) throws(PfmError) -> EventSelection {
        let images = try value(library.registerImages(name), of: name)
        guard images.count == 1, let image = images.first else {
            throw PfmError(
                .notSupported,
                "\(name): needs a second register, which pfmfs does not offer yet",
                hint: "where the kernel offers it, write cpu/event=...,offcore_rsp=.../",
                subject: name
            )
        }
        // Event select 0 is no event: its masks 1 to 4 stand for the fixed counters.
        if image & 0xFF == 0, case let mask = image >> 8 & 0xFF, (1...4).contains(mask) {
            let control: UInt8 =
                (image & SelectorBits.kernel != 0 ? 1 : 0)
                | (image & SelectorBits.user != 0 ? 2 : 0)
            return .fixed(index: Int(mask) - 1, control: control)
        }
        return .programmable(image | SelectorBits.interrupt | SelectorBits.enable)
    }

    private func kernelSelection(
        _ name: String,
        _ event: PfmEvent,
        _ model: PfmModel,
        _ library: PfmLibrary
    ) throws(PfmError) -> EventSelection {
        let result = library.kernelAttributes(name)
        if case .failed(PFM_ERR_ATTR, _) = result { try explain(name, library) }
        let (attributes, cpu) = try value(result, of: name)
        guard attributes.sample_period == 0, attributes.pinned == 0, attributes.exclusive == 0,
            attributes.freq == 0, cpu == -1
        else {
            throw PfmError(
                .invalidArgument,
                "\(name): period, freq, pinned, excl and cpu are no part of an event here",
                remedy: .periodsAndCPUsElsewhere,
                subject: name
            )
        }
        var words = ConfigWords()
        words[0] = attributes.config
        words[1] = attributes.config1
        words[2] = attributes.config2
        // The library says RAW both for the CPU's PMU and for a PMU that it did not find.
        let isRaw = attributes.type == PERF_TYPE_RAW.rawValue
        let known = isRaw && !model.isCore ? nil : devices.device(ofType: attributes.type)
        guard let device = known ?? (model.isCore && isRaw ? devices.corePmu : nil) else {
            throw PfmError(
                .notSupported,
                "\(name): the kernel has no PMU for \(model.name)",
                hint: "\(SysfsEvents.directory) lists what it has",
                subject: name
            )
        }
        var (layout, operand) = try SysfsEvents.layout(words, pmu: device.index, of: name)
        layout.user = attributes.exclude_user == 0
        layout.kernel = attributes.exclude_kernel == 0
        layout.excludesHypervisor = excludesHypervisor(attributes, event, library)
        try EventModifiers.requireMode(of: layout, of: name)
        layout.excludesHost = attributes.exclude_host != 0
        // The library leaves guests out of every CPU event, unlike all other names here.
        layout.excludesGuest = attributes.exclude_guest != 0 && Self.asksForHost(name)
        layout.precision = Int(attributes.precise_ip)
        return layout.selection(operand: operand)
    }

    /// Whether an event is not counted below a hypervisor's own code. As with every other name, one
    /// that states its modes means no others; of models without that mode the library says nothing.
    private func excludesHypervisor(
        _ attributes: perf_event_attr,
        _ event: PfmEvent,
        _ library: PfmLibrary
    ) -> Bool {
        guard attributes.exclude_hv == 0 else { return true }
        guard attributes.exclude_user != 0 || attributes.exclude_kernel != 0 else { return false }
        return !library.attributes(of: event, forPerf: true).contains { $0.name == "h" }
    }

    /// Whether a name has the modifier `mh`: not in virtual machines.
    private static func asksForHost(_ name: String) -> Bool {
        name.dropFirst(base(of: name).count).split { ":.".contains($0) }
            .contains { $0.prefix { $0 != "=" }.lowercased() == "mh" }
    }

    /// The value of a call.
    ///
    /// - Throws: EINVAL or EOPNOTSUPP with the library's words.
    private func value<Value>(
        _ result: PfmResult<Value>,
        of name: String
    ) throws(PfmError) -> Value {
        switch result {
        case .found(let value): return value
        case .failed(let code, let text):
            throw PfmError(
                code == PFM_ERR_NOTSUPP ? .notSupported : .invalidArgument,
                "\(name): \(text)",
                hint: code == PFM_ERR_NOTSUPP
                    ? "\(SysfsEvents.directory) lists the PMUs that the kernel has"
                    : "events/ lists the unit masks and modifiers",
                subject: name
            )
        }
    }

    /// Throws if a name begins with an event of a table, so that only what follows can be wrong.
    private func explain(_ name: String, _ library: PfmLibrary) throws(PfmError) {
        let base = Self.base(of: name)
        guard base.count < name.count, let event = library.event(library.find(base)) else {
            return
        }
        let masks = library.attributes(of: event, forPerf: layout == .generic).map(\.name)
        let rest = String(name.dropFirst(base.count + 1))
        let wrong = rest.split { ":.".contains($0) }.first { word in
            let word = word.prefix { $0 != "=" }.lowercased()
            return !masks.contains { $0.lowercased() == word }
        }
        throw PfmError(
            .invalidArgument,
            wrong.map { "\(name): \(base) has no unit mask or modifier '\($0)'" }
                ?? "\(name): these unit masks and modifiers do not go together",
            hint: "it has " + masks.joined(separator: " "),
            subject: name
        )
    }

    package func reasonMissing(_ name: String) -> String? {
        // Manuals write the names of events in capitals.
        let word = name.prefix { $0 != ":" && $0 != "." }
        guard name.contains("::") || word.count > 2 && !word.contains(where: \.isLowercase) else {
            return nil
        }
        guard hasUse else {
            return "events of CPU models need a PMU of the CPU's own, "
                + "which this kernel does not have"
        }
        return library == nil
            ? "the names of CPU models' events come from libpfm4: \(path) cannot be loaded" : nil
    }

    /// Model and event of a name, without unit masks and modifiers.
    static func base(of name: String) -> String {
        var start = name.startIndex
        // The model ends in the only colons that stand together.
        var previous: Character?
        for index in name.indices {
            if name[index] == ":", previous == ":" { start = name.index(after: index) }
            previous = name[index]
        }
        return String(name[..<start] + name[start...].prefix { $0 != ":" && $0 != "." })
    }
}
