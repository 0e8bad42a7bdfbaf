public import BitCollections

/// A vector of register numbers (perfmon2's `PFM_PMC_BV`, `PFM_PMD_BV`).
public typealias RegisterSet = BitSet

/// The limits of perfmon2's register numbering.
public enum RegisterLimits {
    /// Registers of one kind that the interface can name (`PFM_MAX_PMCS`, `PFM_MAX_PMDS`).
    public static let count = 320

    /// 64-bit words of a vector over the hardware PMDs (`PFM_HW_PMD_BV`), as messages carry it.
    public static let hardwareWords = 4
}

extension BitSet {
    /// Word `index` of the vector in the binary interface: bit n is register `64 * index + n`.
    public func word(_ index: Int) -> UInt64 {
        var result: UInt64 = 0
        for bit in 0..<64 where contains(64 * index + bit) {
            result |= 1 << UInt64(bit)
        }
        return result
    }
}
