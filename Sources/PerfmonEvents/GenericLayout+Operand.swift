internal import PerfmonModel

/// How a selector and the register with its operand belong together.
///
/// A register names the operand's register in bits 31:24. An `EventSelection` carries the operand
/// itself, and bits 31:24 are zero: whoever gives the event a counter chooses the register.
extension GenericLayout {
    /// Whether a value, in a register or in a selection, refers to an operand.
    package static func needsOperand(_ image: UInt64) -> Bool {
        guard image & SelectorBits.generic != 0 else { return false }
        switch Class(rawValue: UInt8(truncatingIfNeeded: image >> 32) & 0xF) {
        case .breakpoint, .uprobe: return true
        case .dynamic: return image >> 36 & 0xF != 0
        default: return false
        }
    }

    /// Bits 31:24: the PMC that holds the operand, 0 for none.
    package static func operandRegister(in image: UInt64) -> Int {
        Int(image >> 24 & 0xFF)
    }

    /// A selection's image as a control register holds it: the operand's register is named if the
    /// event needs one.
    package static func registerImage(_ image: UInt64, operandRegister: Int) -> UInt64 {
        let bare = selectionImage(image)
        return needsOperand(bare) ? bare | UInt64(operandRegister & 0xFF) << 24 : bare
    }

    /// A control register's value as a selection holds it: no register is named.
    package static func selectionImage(_ image: UInt64) -> UInt64 {
        image & SelectorBits.generic == 0 ? image : image & ~Bits.operandRegister
    }
}
