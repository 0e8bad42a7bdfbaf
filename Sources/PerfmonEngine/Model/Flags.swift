/// How a context behaves (`ctx_flags`, `PFM_FL_*`).
public struct ContextFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The monitored thread waits at each notification until it is restarted (`PFM_FL_NOTIFY_BLOCK`).
    public static let notifyBlock = ContextFlags(rawValue: 0x01)
    /// The context monitors a CPU, not a thread (`PFM_FL_SYSTEM_WIDE`).
    public static let systemWide = ContextFlags(rawValue: 0x02)
    /// Event sets may be mapped (`PFM_FL_MAP_SETS`).
    public static let mapSets = ContextFlags(rawValue: 0x10)
    /// Overflows queue no message (`PFM_FL_OVFL_NO_MSG`).
    public static let overflowNoMessage = ContextFlags(rawValue: 0x80)
    /// Children that the monitored thread starts are counted too. Not a perfmon2 flag.
    public static let inherit = ContextFlags(rawValue: 0x1_0000)
}

/// How a set is left (`set_flags`, `PFM_SETFL_*`).
public struct SetFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Left after a number of overflows (`PFM_SETFL_OVFL_SWITCH`).
    public static let overflowSwitch = SetFlags(rawValue: 0x01)
    /// Left after a time-out (`PFM_SETFL_TIME_SWITCH`).
    public static let timeSwitch = SetFlags(rawValue: 0x02)
    /// Followed by `set_id_next`, not by the next set in order (`PFM_SETFL_EXPL_NEXT`).
    public static let explicitNext = SetFlags(rawValue: 0x04)
}

/// What a register does beyond counting (`reg_flags`, `PFM_REGFL_*`).
public struct RegisterFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// PMD: an overflow is notified (`PFM_REGFL_OVFL_NOTIFY`).
    public static let overflowNotify = RegisterFlags(rawValue: 0x1)
    /// PMD: resets are randomised (`PFM_REGFL_RANDOM`).
    public static let random = RegisterFlags(rawValue: 0x2)
    /// PMC: the counter wraps at its hardware width (`PFM_REGFL_NO_EMUL64`).
    public static let noEmulation64 = RegisterFlags(rawValue: 0x4)
}
