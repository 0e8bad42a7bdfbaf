internal import PerfmonModel

/// What the entries of a buffer do not say themselves: which registers they hold, and the opaque
/// number of the register that overflowed. A user may change both while the buffer fills.
struct EntryLayouts {
    private struct Layout {
        let start: Int
        let pmd: Int
        let set: UInt16
        let registers: RegisterSet
        let eventID: UInt64
    }

    private var layouts: [Layout] = []
    private var last: Layout?

    /// Notes the registers of the entry at an offset, if they are not those of the one before.
    mutating func note(_ overflow: borrowing Overflow, at offset: Int) {
        if let last, last.pmd == overflow.pmd, last.set == overflow.set,
            last.registers == overflow.sampled, last.eventID == overflow.eventID
        {
            return
        }
        let layout = Layout(
            start: offset,
            pmd: overflow.pmd,
            set: overflow.set,
            registers: overflow.sampled,
            eventID: overflow.eventID
        )
        last = layout
        let known = self.layout(pmd: layout.pmd, set: layout.set, at: offset)
        guard
            (known?.registers ?? []) != layout.registers
                || (known?.eventID ?? 0) != layout.eventID
        else { return }
        layouts.append(layout)
    }

    /// Completes a sample that was read from the entry at an offset.
    func complete(_ sample: inout Sample, at offset: Int) {
        let layout = layout(pmd: sample.pmd, set: sample.set, at: offset)
        sample.registers = layout?.registers ?? []
        sample.eventID = layout?.eventID ?? 0
    }

    private func layout(pmd: Int, set: UInt16, at offset: Int) -> Layout? {
        layouts.last { $0.start <= offset && $0.pmd == pmd && $0.set == set }
    }
}
