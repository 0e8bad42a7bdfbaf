/// How a context behaves (`ctx_flags`, `PFM_FL_*`).
package struct ContextFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The monitored thread waits at each notification until it is restarted (`PFM_FL_NOTIFY_BLOCK`).
    package static let notifyBlock = ContextFlags(rawValue: 0x01)
    /// The context monitors a CPU, not a thread (`PFM_FL_SYSTEM_WIDE`).
    package static let systemWide = ContextFlags(rawValue: 0x02)
    /// Event sets may be mapped (`PFM_FL_MAP_SETS`).
    package static let mapSets = ContextFlags(rawValue: 0x10)
    /// Overflows queue no message (`PFM_FL_OVFL_NO_MSG`).
    package static let overflowNoMessage = ContextFlags(rawValue: 0x80)
    /// Children that the monitored thread starts are counted too. Not a perfmon2 flag.
    package static let inherit = ContextFlags(rawValue: 0x1_0000)
}

/// How a set is left (`set_flags`, `PFM_SETFL_*`).
package struct SetFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Left after a number of overflows (`PFM_SETFL_OVFL_SWITCH`).
    package static let overflowSwitch = SetFlags(rawValue: 0x01)
    /// Left after a time-out (`PFM_SETFL_TIME_SWITCH`).
    package static let timeSwitch = SetFlags(rawValue: 0x02)
    /// Followed by `set_id_next`, not by the next set in order (`PFM_SETFL_EXPL_NEXT`).
    package static let explicitNext = SetFlags(rawValue: 0x04)
}

/// What a register does beyond counting (`reg_flags`, `PFM_REGFL_*`).
package struct RegisterFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// PMD: an overflow is notified (`PFM_REGFL_OVFL_NOTIFY`).
    package static let overflowNotify = RegisterFlags(rawValue: 0x1)
    /// PMD: resets are randomised (`PFM_REGFL_RANDOM`).
    package static let random = RegisterFlags(rawValue: 0x2)
    /// PMC: the counter wraps at its hardware width (`PFM_REGFL_NO_EMUL64`).
    package static let noEmulation64 = RegisterFlags(rawValue: 0x4)
}
