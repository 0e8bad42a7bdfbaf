package import PerfmonModel

/// A control register in the generic layout, field by field (docs/design/registers.md).
///
/// Bits 16, 17, 20, 22 mean what they mean in PERFEVTSEL; bit 63 marks the layout.
package struct GenericLayout: Sendable, Hashable {
    /// Bits 35:32: what kind of event the register selects.
    package enum Class: UInt8, Sendable, CaseIterable {
        case hardware = 1
        case software
        case tracepoint
        case cache
        case breakpoint
        case uprobe
        case dynamic
    }

    /// What is counted: the class with the fields that belong to it.
    package enum Event: Sendable, Hashable {
        /// Generic hardware event, by the kernel's number (`PERF_COUNT_HW_*`).
        case hardware(UInt16)
        /// Software event, by the kernel's number (`PERF_COUNT_SW_*`).
        case software(UInt16)
        /// Tracepoint, by the number in its `id` file; numbers change from boot to boot.
        case tracepoint(UInt16)
        case cache(CacheEvent)
        /// Data or instruction breakpoint; the operand is its address.
        case breakpoint(access: BreakpointAccess, length: Int)
        /// Probe in a program; `path` is an index, the operand the offset in the file.
        case uprobe(path: UInt8, isReturn: Bool)
        /// Event of a PMU found in sysfs, by its index among the devices.
        case dynamic(pmu: Int, config: UInt16, operand: OperandUse)
    }

    /// Where the operand of a dynamic event belongs in `perf_event_attr`.
    package enum OperandUse: UInt8, Sendable, CaseIterable {
        case none
        /// It is the whole `config`; bits 15:0 of the register are zero.
        case config
        case config1
        case config2
    }

    package var event: Event
    /// Bit 16, USR.
    package var user = true
    /// Bit 17, OS.
    package var kernel = true
    /// Bit 19: not below a hypervisor's own code; x86 has no such level.
    package var excludesHypervisor = false
    /// Bit 20, INT; implied, and set in every encoding made here.
    package var interrupts = true
    /// Bit 22, EN.
    package var isEnabled = true
    /// Bits 31:24: the PMC that holds the operand; 0 when there is none, or in an
    /// `EventSelection`, which carries the operand's value instead.
    package var operandRegister = 0
    /// Bit 43: not while the CPU idles.
    package var excludesIdle = false
    /// Bit 44: not in virtual machines.
    package var excludesGuest = false
    /// Bit 45: only in virtual machines.
    package var excludesHost = false
    /// Bits 47:46: how exact the address of a sample must be (`precise_ip`, 0 to 3).
    package var precision = 0

    package init(_ event: Event) {
        self.event = event
    }

    /// The 64-bit value. Fields must be within their widths.
    package var image: UInt64 {
        var bits = SelectorBits.generic | UInt64(event.eventClass.rawValue) << 32
        bits |= event.bits
        if user { bits |= SelectorBits.user }
        if kernel { bits |= SelectorBits.kernel }
        if excludesHypervisor { bits |= Bits.excludesHypervisor }
        if interrupts { bits |= SelectorBits.interrupt }
        if isEnabled { bits |= SelectorBits.enable }
        bits |= UInt64(operandRegister) << 24
        if excludesIdle { bits |= Bits.excludesIdle }
        if excludesGuest { bits |= Bits.excludesGuest }
        if excludesHost { bits |= Bits.excludesHost }
        return bits | UInt64(precision) << 46
    }

    /// The selection for an event source to return.
    package func selection(operand: UInt64 = 0) -> EventSelection {
        .generic(image, operand: operand)
    }

    /// Bits that are zero in every class: 62:56, 42, 23, 21 and 18.
    package static let reservedBits: UInt64 =
        0x7F << 56 | 1 << 42 | 1 << 23 | 1 << 21 | 1 << 18

    enum Bits {
        static let excludesHypervisor: UInt64 = 1 << 19
        static let operandRegister: UInt64 = 0xFF << 24
        static let excludesIdle: UInt64 = 1 << 43
        static let excludesGuest: UInt64 = 1 << 44
        static let excludesHost: UInt64 = 1 << 45
    }
}

/// What a breakpoint waits for (bits 39:36); the numbers are the kernel's (`HW_BREAKPOINT_*`).
package struct BreakpointAccess: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let read = BreakpointAccess(rawValue: 1)
    package static let write = BreakpointAccess(rawValue: 2)
    package static let execute = BreakpointAccess(rawValue: 4)
}

extension GenericLayout.Class {
    /// The word of the documentation.
    package var word: String {
        switch self {
        case .hardware: "HARDWARE"
        case .software: "SOFTWARE"
        case .tracepoint: "TRACEPOINT"
        case .cache: "HW_CACHE"
        case .breakpoint: "BREAKPOINT"
        case .uprobe: "UPROBE"
        case .dynamic: "DYNAMIC"
        }
    }

    /// Whether bits 19 and 47:43 mean something: a PMU counts, not the kernel's own code.
    package var countsInHardware: Bool {
        self == .hardware || self == .cache || self == .dynamic
    }
}

extension GenericLayout.Event {
    package var eventClass: GenericLayout.Class {
        switch self {
        case .hardware: .hardware
        case .software: .software
        case .tracepoint: .tracepoint
        case .cache: .cache
        case .breakpoint: .breakpoint
        case .uprobe: .uprobe
        case .dynamic: .dynamic
        }
    }

    /// The bits that depend on the class: 15:0, 41:36 and 55:48.
    var bits: UInt64 {
        switch self {
        case .hardware(let id), .software(let id), .tracepoint(let id):
            UInt64(id)
        case .cache(let event):
            UInt64(event.field)
        case .breakpoint(let access, let length):
            UInt64(access.rawValue) << 36 | UInt64(length.trailingZeroBitCount) << 40
        case .uprobe(let path, let isReturn):
            UInt64(path) | (isReturn ? 1 << 36 : 0)
        case .dynamic(let pmu, let config, let operand):
            UInt64(config) | UInt64(operand.rawValue) << 36 | UInt64(pmu) << 48
        }
    }
}
