internal import CPerfEvent
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
struct PerfAttributes: Sendable {
    let pmus: SysfsPmus

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
        case .fixed(let index, let control):
            attr.type = PERF_TYPE_RAW.rawValue
            // The kernel's pseudo encoding: event 0, and the number of the fixed counter as umask.
            attr.config = UInt64(index + 1) << 8 | (control & 4 != 0 ? Self.anyThread : 0)
            try filter(&attr, user: control & 2 != 0, kernel: control & 1 != 0)
        case .generic(let image, let operand):
            try decode(image, operand: operand, into: &attr)
            try filter(
                &attr,
                user: image & SelectorBits.user != 0,
                kernel: image & SelectorBits.kernel != 0
            )
        }
        return attr
    }

    /// USR, OS, PC, INT and EN: the kernel sets them itself.
    private static let notPartOfRaw: UInt64 =
        SelectorBits.user | SelectorBits.kernel | 1 << 19 | SelectorBits.interrupt
        | SelectorBits.enable
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
        if !kernel, attr.type == PERF_TYPE_SOFTWARE.rawValue,
            let name = Self.kernelOnlySoftware[attr.config]
        {
            throw PfmError(
                .invalidArgument,
                "\(name) happen in the kernel, so a count in user mode alone would always be 0",
                hint: "count kernel mode too (bit 17, OS)"
            )
        }
    }

    /// Software events whose every occurrence is in kernel mode.
    private static let kernelOnlySoftware: [UInt64: String] = [
        UInt64(PERF_COUNT_SW_CONTEXT_SWITCHES.rawValue): "context-switches",
        UInt64(PERF_COUNT_SW_CPU_MIGRATIONS.rawValue): "cpu-migrations",
        UInt64(PERF_COUNT_SW_CGROUP_SWITCHES.rawValue): "cgroup-switches",
    ]
}

/// The generic layout's fields (docs/design/registers.md).
extension PerfAttributes {
    private func decode(
        _ image: UInt64,
        operand: UInt64,
        into attr: inout perf_event_attr
    ) throws(PfmError) {
        guard image & Self.mustBeZero == 0 else {
            throw PfmError(
                .invalidArgument,
                "reserved bits 0x\(String(image & Self.mustBeZero, radix: 16)) are set"
            )
        }
        let low = image & 0xFFFF
        let qualifier = image >> 36 & 0xF
        switch image >> 32 & 0xF {
        case 1:
            attr.type = PERF_TYPE_HARDWARE.rawValue
            attr.config = low
        case 2:
            attr.type = PERF_TYPE_SOFTWARE.rawValue
            attr.config = low
        case 3:
            attr.type = PERF_TYPE_TRACEPOINT.rawValue
            attr.config = low
        case 4:
            attr.type = PERF_TYPE_HW_CACHE.rawValue
            attr.config = low & 0xF | (low >> 4 & 0xF) << 8 | (low >> 8 & 0xF) << 16
        case 5:
            attr.type = PERF_TYPE_BREAKPOINT.rawValue
            attr.bp_type = UInt32(qualifier)
            // The kernel takes no other length for an instruction.
            let executes = qualifier == UInt64(HW_BREAKPOINT_X)
            attr.bp_len = executes ? 8 : 1 << (image >> 40 & 3)
            attr.bp_addr = operand
        case 6:
            throw PfmError(.notSupported, "probes in programs (class 6, UPROBE) are not offered")
        case 7:
            try decodeDynamic(image, operand: operand, into: &attr)
        case let other:
            throw PfmError(
                .invalidArgument,
                "class \(other) in bits 35:32 does not exist",
                hint: "1 HARDWARE, 2 SOFTWARE, 3 TRACEPOINT, 4 HW_CACHE, 5 BREAKPOINT, 7 DYNAMIC"
            )
        }
        attr.exclude_hv = image >> 19 & 1
        attr.exclude_idle = image >> 43 & 1
        attr.exclude_guest = image >> 44 & 1
        attr.exclude_host = image >> 45 & 1
        attr.precise_ip = image >> 46 & 3
    }

    /// Bits 39:36 say where the operand belongs: 0 nowhere, 1 config, 2 config1, 3 config2.
    private func decodeDynamic(
        _ image: UInt64,
        operand: UInt64,
        into attr: inout perf_event_attr
    ) throws(PfmError) {
        let index = Int(image >> 48 & 0xFF)
        guard index < pmus.all.count, pmus.all[index].type != .max else {
            throw PfmError(
                .noSuchFileOrDirectory,
                "there is no PMU \(index)",
                hint: "the PMUs are those of /sys/bus/event_source/devices, sorted by name"
            )
        }
        attr.type = pmus.all[index].type
        attr.config = image & 0xFFFF
        switch image >> 36 & 0xF {
        case 0: break
        case 1: attr.config = operand
        case 2: attr.config1 = operand
        case 3: attr.config2 = operand
        case let other:
            throw PfmError(.invalidArgument, "operand use \(other) in bits 39:36 does not exist")
        }
    }

    /// Bits 62:56, 42, 23, 21 and 18 of the generic layout. Bit 42 (inherit) is the context's to say.
    static let mustBeZero: UInt64 = 0x7F << 56 | 1 << 42 | 1 << 23 | 1 << 21 | 1 << 18
}
