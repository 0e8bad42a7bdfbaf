/// Where a context stands (`PFM_CTX_*`). Whether it was started is a flag of its own.
package enum ContextState: String, Sendable, CaseIterable {
    /// Attached to nothing; its registers and sets can be changed.
    case unloaded
    /// Attached to a thread or a CPU.
    case loaded
    /// Attached, and halted by an overflow until it is restarted.
    case masked
}
