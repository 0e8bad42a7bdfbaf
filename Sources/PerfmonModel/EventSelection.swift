/// What one counter counts, as its control register says it.
///
/// Three layouts live side by side (docs/design/registers.md): the two of Intel's architectural
/// PMU, kept bit for bit, and one generic 64-bit layout for everything else that a kernel counts.
package enum EventSelection: Sendable, Hashable {
    /// Image of a PERFEVTSEL register.
    case programmable(UInt64)
    /// Fixed counter `index` with its four control bits of FIXED_CTRL.
    case fixed(index: Int, control: UInt8)
    /// Image in the generic layout (bit 63 set) and the value of its operand register, 0 if none.
    case generic(UInt64, operand: UInt64)
}

/// Bits that mean the same in PERFEVTSEL and in the generic layout.
package enum SelectorBits {
    /// Count in user mode (USR).
    package static let user: UInt64 = 1 << 16
    /// Count in kernel mode (OS).
    package static let kernel: UInt64 = 1 << 17
    /// Interrupt on overflow (INT); implied, kept for perfmon2's PFM_REGFL_NO_EMUL64.
    package static let interrupt: UInt64 = 1 << 20
    /// The counter counts (EN).
    package static let enable: UInt64 = 1 << 22
    /// The register uses the generic layout.
    package static let generic: UInt64 = 1 << 63
}
