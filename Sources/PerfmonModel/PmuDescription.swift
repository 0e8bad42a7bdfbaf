/// The logical PMU: which registers there are and what their bits mean (`pmu_desc/`).
///
/// Source: perfmon2's PMU description modules (`struct pfm_pmu_config`).
package final class PmuDescription: Sendable {
    /// Name of the PMU model (`pmu_desc/model`).
    package let model: String
    /// Bits of a counter in hardware (`pmu_desc/counter_width`).
    package let counterWidth: Int
    /// Implemented PMCs in ascending order of their numbers.
    package let pmcs: [ControlRegister]
    /// Implemented PMDs in ascending order of their numbers.
    package let pmds: [DataRegister]
    /// PMDs that event names are given to, in this order: word i of an `events` line counts here.
    package let namedCounters: [Int]
    /// Numbers of the implemented PMCs.
    package let implementedPmcs: RegisterSet
    /// Numbers of the implemented PMDs.
    package let implementedPmds: RegisterSet

    package init(
        model: String,
        counterWidth: Int,
        pmcs: [ControlRegister],
        pmds: [DataRegister],
        namedCounters: [Int]
    ) {
        self.model = model
        self.counterWidth = counterWidth
        self.pmcs = pmcs
        self.pmds = pmds
        self.namedCounters = namedCounters
        implementedPmcs = RegisterSet(pmcs.map(\.number))
        implementedPmds = RegisterSet(pmds.map(\.number))
    }

    /// The PMC of a number; nil when it is not implemented.
    package func pmc(_ number: Int) -> ControlRegister? {
        implementedPmcs.contains(number) ? pmcs[implementedPmcs.rank(of: number)] : nil
    }

    /// The PMD of a number; nil when it is not implemented.
    package func pmd(_ number: Int) -> DataRegister? {
        implementedPmds.contains(number) ? pmds[implementedPmds.rank(of: number)] : nil
    }
}

/// A configuration register (PMC).
package final class ControlRegister: Sendable {
    /// What the register controls.
    package enum Role: Sendable, Equatable {
        /// Selects the event of one counter; bit 22 enables it.
        case selector(pmd: Int)
        /// Four bits for each fixed counter; counter i is PMD `firstPmd + i`.
        case fixedControl(firstPmd: Int, count: Int)
        /// A plain 64-bit value that selectors in the generic layout refer to.
        case operand
    }

    /// Logical number (`reg_num`).
    package let number: Int
    /// Name of the hardware register.
    package let name: String
    /// MSR number; 0 when there is none.
    package let address: UInt64
    /// Value of the register in a new set (`dfl_val`).
    package let defaultValue: UInt64
    /// Bits that always keep their default (`rsvd_msk`; 1 is reserved).
    package let reservedMask: UInt64
    /// Bits cleared by `PFM_REGFL_NO_EMUL64`; 0 when the register does not take that flag.
    package let noEmulation64Mask: UInt64
    /// Whether the register also takes values of the generic layout (bit 63 set), for which
    /// `reservedMask` does not hold.
    package let acceptsGeneric: Bool
    package let role: Role

    package init(
        number: Int,
        name: String,
        address: UInt64,
        defaultValue: UInt64,
        reservedMask: UInt64,
        noEmulation64Mask: UInt64,
        acceptsGeneric: Bool,
        role: Role
    ) {
        self.number = number
        self.name = name
        self.address = address
        self.defaultValue = defaultValue
        self.reservedMask = reservedMask
        self.noEmulation64Mask = noEmulation64Mask
        self.acceptsGeneric = acceptsGeneric
        self.role = role
    }
}

/// A data register (PMD).
package final class DataRegister: Sendable {
    /// Which control register says what the counter counts.
    package enum Control: Sendable, Equatable {
        /// The selector PMC of this number.
        case selector(pmc: Int)
        /// Fixed counter `index` of the FIXED_CTRL register `pmc`.
        case fixed(pmc: Int, index: Int)
    }

    /// Logical number (`reg_num`).
    package let number: Int
    /// Name of the hardware register.
    package let name: String
    /// MSR number; 0 when there is none.
    package let address: UInt64
    /// Bits that read as zero in hardware (`rsvd_msk`).
    package let reservedMask: UInt64
    /// Bits of the counter in hardware.
    package let width: Int
    package let control: Control

    package init(
        number: Int,
        name: String,
        address: UInt64,
        reservedMask: UInt64,
        width: Int,
        control: Control
    ) {
        self.number = number
        self.name = name
        self.address = address
        self.reservedMask = reservedMask
        self.width = width
        self.control = control
    }
}
