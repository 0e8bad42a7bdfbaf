/// What happened on one CPU (`struct pfm_stats`); times are nanoseconds.
public struct CPUStatistics: Sendable, Equatable {
    /// One statistic: its name in the mount and where it is kept.
    public typealias Field = (name: String, path: any KeyPath<CPUStatistics, UInt64> & Sendable)

    /// Overflow events that arrived (`ovfl_intr_all_count`).
    public var overflowsAll: UInt64 = 0
    /// Overflows that were acted upon.
    public var overflowsProcessed: UInt64 = 0
    /// Overflows that were found after the fact and handled again (`ovfl_intr_replay_count`).
    public var overflowsReplayed: UInt64 = 0
    /// Time in overflow handling (`ovfl_intr_ns`).
    public var overflowNanoseconds: UInt64 = 0
    /// Overflows that arrived by NMI; not observable from user space (`ovfl_intr_nmi_count`).
    public var overflowsByNMI: UInt64 = 0
    /// Calls of sampling formats (`fmt_handler_calls`).
    public var formatCalls: UInt64 = 0
    /// Time in sampling formats (`fmt_handler_ns`).
    public var formatNanoseconds: UInt64 = 0
    /// Changes of the active set (`set_switch_count`).
    public var setSwitches: UInt64 = 0
    /// Time in changes of the active set (`set_switch_ns`).
    public var setSwitchNanoseconds: UInt64 = 0
    /// Context switches that perfmon handled; the kernel's own affair here (`ctxsw_count`).
    public var contextSwitches: UInt64 = 0
    /// Time in them (`ctxsw_ns`).
    public var contextSwitchNanoseconds: UInt64 = 0
    /// Time-outs of sets that were handled (`handle_timeout_count`).
    public var timeoutsHandled: UInt64 = 0
    /// Times a thread was held and let go (`handle_work_count`).
    public var workHandled: UInt64 = 0
    /// Messages queued for overflows (`ovfl_notify_count`).
    public var overflowsNotified: UInt64 = 0
    /// Resets of registers after overflows (`reset_pmds_count`).
    public var registerResets: UInt64 = 0
    /// Restarts (`pfm_restart_count`).
    public var restarts: UInt64 = 0

    public init() {}

    /// `ovfl_intr_regular_count`.
    public var overflowsRegular: UInt64 { overflowsProcessed - overflowsReplayed }
    /// `ovfl_intr_spurious_count`.
    public var overflowsSpurious: UInt64 { overflowsAll - overflowsProcessed }

    /// All statistics in the order in which `cpu/cpuN/stats` lists them.
    public static let fields: [Field] = [
        ("ovfl_intr_all_count", \.overflowsAll),
        ("ovfl_intr_regular_count", \.overflowsRegular),
        ("ovfl_intr_replay_count", \.overflowsReplayed),
        ("ovfl_intr_spurious_count", \.overflowsSpurious),
        ("ovfl_intr_ns", \.overflowNanoseconds),
        ("ovfl_intr_nmi_count", \.overflowsByNMI),
        ("fmt_handler_calls", \.formatCalls),
        ("fmt_handler_ns", \.formatNanoseconds),
        ("set_switch_count", \.setSwitches),
        ("set_switch_ns", \.setSwitchNanoseconds),
        ("ctxsw_count", \.contextSwitches),
        ("ctxsw_ns", \.contextSwitchNanoseconds),
        ("handle_timeout_count", \.timeoutsHandled),
        ("handle_work_count", \.workHandled),
        ("ovfl_notify_count", \.overflowsNotified),
        ("reset_pmds_count", \.registerResets),
        ("pfm_restart_count", \.restarts),
    ]
}
