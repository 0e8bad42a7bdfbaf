/// The machine-wide settings that the root files show (`struct pfm_controls`).
package struct Controls: Sendable {
    /// The version of the interface (`version`): 2.5, with these two figures.
    package static let version = (major: 2, minor: 5)

    /// The value of a group that stands for everybody (`PFM_GROUP_PERM_ANY`).
    package static let anyGroup: Int32 = -1

    /// Tracing of commands (`debug`).
    package var debug: Int32 = 0
    /// Tracing of overflows (`debug_ovfl`).
    package var debugOverflow: Int32 = 0
    /// Group that may use system-wide contexts; -1: everybody (`sys_group`).
    package var systemGroup: Int32 = Controls.anyGroup
    /// Group that may use per-thread contexts; -1: everybody (`task_group`).
    package var taskGroup: Int32 = Controls.anyGroup
    /// Largest single write in bytes (`arg_mem_max`).
    package var argumentMemoryMax: UInt64 = 4096
    /// Bytes that all sampling buffers may take together (`smpl_buffer_mem_max`).
    package var bufferMemoryMax: UInt64 = .max

    package init() {}

    /// Registers that the original copied without an allocation (`pmc_max_fast_arg`,
    /// `pmd_max_fast_arg`); kept for readers.
    package static let fastArgumentCount = 4
    /// Smallest value of the memory limits: one page.
    package static let memoryMinimum: UInt64 = 4096
}
