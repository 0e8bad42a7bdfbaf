internal import PerfmonModel

/// Which registers the entries of a buffer hold: the entries do not say it themselves, and a user
/// may change `smpl_pmds` while the buffer fills.
struct EntryLayouts {
    private struct Layout {
        let start: Int
        let pmd: Int
        let set: UInt16
        let registers: RegisterSet
    }

    private var layouts: [Layout] = []
    private var last: Layout?

    /// Notes the registers of the entry at an offset, if they are not those of the one before.
    mutating func note(_ overflow: borrowing Overflow, at offset: Int) {
        if let last, last.pmd == overflow.pmd, last.set == overflow.set,
            last.registers == overflow.sampled
        {
            return
        }
        let layout = Layout(
            start: offset,
            pmd: overflow.pmd,
            set: overflow.set,
            registers: overflow.sampled
        )
        last = layout
        guard registers(pmd: layout.pmd, set: layout.set, at: offset) != layout.registers else {
            return
        }
        layouts.append(layout)
    }

    /// The registers of the entry at an offset.
    func registers(pmd: Int, set: UInt16, at offset: Int) -> RegisterSet {
        let layout = layouts.last { $0.start <= offset && $0.pmd == pmd && $0.set == set }
        return layout?.registers ?? []
    }
}
