/// What happened on one CPU (`struct pfm_stats`); times are nanoseconds.
public struct CPUStatistics: Sendable, Equatable {
    /// One statistic: its name in the mount, where it is kept, and what it says.
    public typealias Field = (
        name: String, path: any KeyPath<CPUStatistics, UInt64> & Sendable, summary: String
    )

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
        ("ovfl_intr_all_count", \.overflowsAll, "Overflows that arrived."),
        ("ovfl_intr_regular_count", \.overflowsRegular, "Overflows that were acted upon at once."),
        (
            "ovfl_intr_replay_count", \.overflowsReplayed,
            "Overflows that were handled again after the fact."
        ),
        (
            "ovfl_intr_spurious_count", \.overflowsSpurious,
            "Overflows that no running context claimed."
        ),
        ("ovfl_intr_ns", \.overflowNanoseconds, "Nanoseconds in overflow handling."),
        (
            "ovfl_intr_nmi_count", \.overflowsByNMI,
            "Overflows that arrived by NMI; 0, not observable from user space."
        ),
        ("fmt_handler_calls", \.formatCalls, "Calls of sampling formats."),
        ("fmt_handler_ns", \.formatNanoseconds, "Nanoseconds in sampling formats."),
        ("set_switch_count", \.setSwitches, "Changes of the active set."),
        ("set_switch_ns", \.setSwitchNanoseconds, "Nanoseconds in changes of the active set."),
        (
            "ctxsw_count", \.contextSwitches,
            "Context switches handled; 0, the kernel does it for us."
        ),
        ("ctxsw_ns", \.contextSwitchNanoseconds, "Nanoseconds in context switches; 0, as above."),
        ("handle_timeout_count", \.timeoutsHandled, "Set time-outs handled."),
        ("handle_work_count", \.workHandled, "Times a held thread was let go."),
        ("ovfl_notify_count", \.overflowsNotified, "Messages queued for overflows."),
        ("reset_pmds_count", \.registerResets, "Resets of registers after overflows."),
        ("pfm_restart_count", \.restarts, "Restarts."),
    ]
}
