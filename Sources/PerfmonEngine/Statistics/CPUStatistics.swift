/// What happened on one CPU (`struct pfm_stats`); times are nanoseconds.
package struct CPUStatistics: Sendable, Equatable {
    /// One statistic: its name in the mount, where it is kept, and what it says.
    package typealias Field = (
        name: String, path: any KeyPath<CPUStatistics, UInt64> & Sendable, summary: String
    )

    /// Overflow events that arrived (`ovfl_intr_all_count`).
    package var overflowsAll: UInt64 = 0
    /// Overflows that were acted upon.
    package var overflowsProcessed: UInt64 = 0
    /// Overflows that were found after the fact and handled again (`ovfl_intr_replay_count`).
    package var overflowsReplayed: UInt64 = 0
    /// Time in overflow handling (`ovfl_intr_ns`).
    package var overflowNanoseconds: UInt64 = 0
    /// Overflows that arrived by NMI; not observable from user space (`ovfl_intr_nmi_count`).
    package var overflowsByNMI: UInt64 = 0
    /// Calls of sampling formats (`fmt_handler_calls`).
    package var formatCalls: UInt64 = 0
    /// Time in sampling formats (`fmt_handler_ns`).
    package var formatNanoseconds: UInt64 = 0
    /// Changes of the active set (`set_switch_count`).
    package var setSwitches: UInt64 = 0
    /// Time in changes of the active set (`set_switch_ns`).
    package var setSwitchNanoseconds: UInt64 = 0
    /// Context switches that perfmon handled; the kernel's own affair here (`ctxsw_count`).
    package var contextSwitches: UInt64 = 0
    /// Time in them (`ctxsw_ns`).
    package var contextSwitchNanoseconds: UInt64 = 0
    /// Time-outs of sets that were handled (`handle_timeout_count`).
    package var timeoutsHandled: UInt64 = 0
    /// Times a thread was held and let go (`handle_work_count`).
    package var workHandled: UInt64 = 0
    /// Messages queued for overflows (`ovfl_notify_count`).
    package var overflowsNotified: UInt64 = 0
    /// Resets of registers after overflows (`reset_pmds_count`).
    package var registerResets: UInt64 = 0
    /// Restarts (`pfm_restart_count`).
    package var restarts: UInt64 = 0
    /// Times a sampling buffer was declared full (`smpl_full_count`).
    package var buffersFilled: UInt64 = 0
    /// Overflows that came while monitoring was masked or halted (`smpl_dropped_count`).
    package var samplesDropped: UInt64 = 0
    /// Overflows that never came here (`smpl_lost_count`).
    package var samplesLost: UInt64 = 0
    /// Times the kernel slowed sampling down (`smpl_throttle_count`).
    package var throttles: UInt64 = 0

    package init() {}

    /// `ovfl_intr_regular_count`.
    package var overflowsRegular: UInt64 { overflowsProcessed - overflowsReplayed }
    /// `ovfl_intr_spurious_count`.
    package var overflowsSpurious: UInt64 { overflowsAll - overflowsProcessed }

    /// All statistics in the order in which `cpu/cpuN/stats` lists them.
    package static let fields: [Field] = [
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
        ("smpl_full_count", \.buffersFilled, "Times a sampling buffer was declared full."),
        (
            "smpl_dropped_count", \.samplesDropped,
            "Overflows that came while monitoring was masked or halted."
        ),
        ("smpl_lost_count", \.samplesLost, "Overflows that the kernel had no room for."),
        ("smpl_throttle_count", \.throttles, "Times the kernel slowed sampling down."),
    ]
}
