internal import CPerfEvent
internal import PerfmonEvents
internal import PerfmonModel
internal import SystemPackage

extension EventSelection {
    /// Whether kernel mode is counted.
    var countsKernel: Bool {
        switch self {
        case .programmable(let image), .generic(let image, _): image & SelectorBits.kernel != 0
        case .fixed(_, let control): control & 1 != 0
        }
    }
}

/// Translates selections into the kernel's `perf_event_attr`.
struct PerfAttributes {
    /// The PMUs that the generic layout numbers.
    let devices: SysfsEvents

    /// CLOCK_MONOTONIC, as the structure spells clocks. Events of a group must agree on theirs.
    static let clock: Int32 = 1

    /// What to open for a selection: type, configuration and privilege filters. The rest (group,
    /// sampling, clock) belongs to the set and is added there.
    ///
    /// - Throws: EINVAL for bits that contradict each other or mean nothing, EOPNOTSUPP for what
    ///   this machine or this program cannot count.
    func attributes(for selection: EventSelection) throws(PfmError) -> perf_event_attr {
        var attr = perf_event_attr()
        attr.size = UInt32(MemoryLayout<perf_event_attr>.size)
        attr.read_format = PerfGroupCounts.format
        attr.use_clockid = 1
        attr.clockid = Self.clock
        switch selection {
        case .programmable(let image):
            attr.type = PERF_TYPE_RAW.rawValue
            attr.config = image & ~Self.notPartOfRaw
            try filter(
                &attr,
                user: image & SelectorBits.user != 0,
                kernel: image & SelectorBits.kernel != 0
            )
            // AMD's; the kernel drops them from a raw event in silence. Both mean everywhere.
            let virtualisation = image & (Self.guestOnly | Self.hostOnly)
            attr.exclude_host = virtualisation == Self.guestOnly ? 1 : 0
            attr.exclude_guest = virtualisation == Self.hostOnly ? 1 : 0
        case .fixed(let index, let control):
            attr.type = PERF_TYPE_RAW.rawValue
            // The kernel's pseudo encoding: event 0, and the number of the fixed counter as umask.
            attr.config = UInt64(index + 1) << 8 | (control & 4 != 0 ? Self.anyThread : 0)
            try filter(&attr, user: control & 2 != 0, kernel: control & 1 != 0)
        case .generic(let image, let operand):
            let layout = try GenericLayout(selection: image)
            try decode(layout, operand: operand, into: &attr)
            try filter(&attr, user: layout.user, kernel: layout.kernel)
        }
        return attr
    }

    /// USR, OS, PC, INT, EN and AMD's two for virtual machines: the kernel sets them itself.
    private static let notPartOfRaw: UInt64 =
        SelectorBits.user | SelectorBits.kernel | 1 << 19 | SelectorBits.interrupt
        | SelectorBits.enable | guestOnly | hostOnly
    private static let guestOnly: UInt64 = 1 << 40
    private static let hostOnly: UInt64 = 1 << 41
    /// ANY: count for both threads of a core.
    private static let anyThread: UInt64 = 1 << 21

    private func filter(
        _ attr: inout perf_event_attr,
        user: Bool,
        kernel: Bool
    ) throws(PfmError) {
        guard user || kernel else {
            throw PfmError(
                .invalidArgument,
                "neither user nor kernel mode is to be counted",
                hint: "set bit 16 (USR), bit 17 (OS) or both"
            )
        }
        attr.exclude_user = user ? 0 : 1
        attr.exclude_kernel = kernel ? 0 : 1
    }
}

extension PerfAttributes {
    /// - Parameter operand: the value of the register that the selector names.
    private func decode(
        _ layout: GenericLayout,
        operand: UInt64,
        into attr: inout perf_event_attr
    ) throws(PfmError) {
        switch layout.event {
        case .hardware(let number):
            attr.type = PERF_TYPE_HARDWARE.rawValue
            attr.config = UInt64(number)
        case .software(let number):
            attr.type = PERF_TYPE_SOFTWARE.rawValue
            attr.config = UInt64(number)
        case .tracepoint(let number):
            attr.type = PERF_TYPE_TRACEPOINT.rawValue
            attr.config = UInt64(number)
        case .cache(let event):
            attr.type = PERF_TYPE_HW_CACHE.rawValue
            attr.config = event.kernelConfig
        case .breakpoint(let access, let length):
            attr.type = PERF_TYPE_BREAKPOINT.rawValue
            attr.bp_type = UInt32(access.rawValue)
            attr.bp_len = UInt64(length)
            attr.bp_addr = operand
        case .uprobe:
            throw PfmError(.notSupported, "probes in programs (class 6, UPROBE) are not offered")
        case .dynamic(let index, let config, let use):
            attr.type = try type(ofPmu: index)
            attr.config = use == .config ? operand : UInt64(config)
            if use == .config1 { attr.config1 = operand }
            if use == .config2 { attr.config2 = operand }
        }
        attr.exclude_hv = layout.excludesHypervisor ? 1 : 0
        attr.exclude_idle = layout.excludesIdle ? 1 : 0
        attr.exclude_guest = layout.excludesGuest ? 1 : 0
        attr.exclude_host = layout.excludesHost ? 1 : 0
        attr.precise_ip = UInt64(layout.precision)
    }

    /// The number of a dynamic PMU.
    ///
    /// - Throws: ENOENT when there is none, EOPNOTSUPP for one that takes its configuration words
    ///   as addresses in the memory of pfmfs, or that has a class of its own.
    private func type(ofPmu index: Int) throws(PfmError) -> UInt32 {
        guard devices.all.indices.contains(index) else {
            throw PfmError(
                .noSuchFileOrDirectory,
                "there is no PMU \(index)",
                hint: "the PMUs are those of /sys/bus/event_source/devices, sorted by name"
            )
        }
        return try devices.device(at: index).type()
    }
}
