package import PerfmonModel

/// One overflowed register, as a format's handler gets it (`struct pfm_ovfl_arg`).
package struct Overflow: Sendable {
    /// The PMD that overflowed (`ovfl_pmd`).
    package var pmd: Int
    /// The set that was active (`active_set`).
    package var set: UInt16
    /// The value that the register was last started from (`pmd_last_reset`).
    package var lastReset: UInt64
    /// Events by which the register is past the end of its period: the overflow was seen so much
    /// later. Negative where the hardware told of it early.
    package var late: Int64
    /// The opaque number given with the register (`pmd_eventid`).
    package var eventID: UInt64
    /// The registers that are recorded with the overflow (`smpl_pmds`).
    package var sampled: RegisterSet
    /// When it happened, in nanoseconds of the backend's clock.
    package var time: UInt64
    package var place: SamplePlace

    package init(
        pmd: Int,
        set: UInt16,
        lastReset: UInt64,
        late: Int64 = 0,
        eventID: UInt64,
        sampled: RegisterSet,
        time: UInt64,
        place: SamplePlace
    ) {
        self.pmd = pmd
        self.set = set
        self.lastReset = lastReset
        self.late = late
        self.eventID = eventID
        self.sampled = sampled
        self.time = time
        self.place = place
    }

    /// Events since the register was last started: the period, and by how much it is late.
    package var period: UInt64 { UInt64(bitPattern: late) &- lastReset }
}

/// What is to be done about an overflow (`ovfl_ctrl`, `PFM_OVFL_CTRL_*`).
package struct OverflowControl: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Queue a message, if one of the overflowed registers asks for it.
    package static let notify = OverflowControl(rawValue: 0x1)
    /// Give the registers their reset values.
    package static let reset = OverflowControl(rawValue: 0x2)
    /// Halt monitoring until the user restarts it.
    package static let mask = OverflowControl(rawValue: 0x4)
}

/// What a format's handler answers.
package struct HandlerAnswer: Sendable {
    package var control: OverflowControl
    /// The other registers that overflowed at the same event get no sample.
    package var endsEvent: Bool

    package init(_ control: OverflowControl, endsEvent: Bool = false) {
        self.control = control
        self.endsEvent = endsEvent
    }

    /// The sample is stored and there is room for another.
    package static let stored = HandlerAnswer(.reset)
    /// There is no room for another sample (`-ENOBUFS`).
    package static let full = HandlerAnswer([.notify, .mask], endsEvent: true)
}
