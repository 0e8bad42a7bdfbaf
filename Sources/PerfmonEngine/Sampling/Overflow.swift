/// One overflowed register, as a format's handler gets it (`struct pfm_ovfl_arg`).
public struct Overflow: Sendable {
    /// The PMD that overflowed (`ovfl_pmd`).
    public var pmd: Int
    /// The set that was active (`active_set`).
    public var set: UInt16
    /// The value that the register was last started from (`pmd_last_reset`).
    public var lastReset: UInt64
    /// Events by which the register is past the end of its period: the overflow was seen so much
    /// later. Negative where the hardware told of it early.
    public var late: Int64
    /// The opaque number given with the register (`pmd_eventid`).
    public var eventID: UInt64
    /// The registers that are recorded with the overflow (`smpl_pmds`).
    public var sampled: RegisterSet
    /// When it happened, in nanoseconds of the backend's clock.
    public var time: UInt64
    public var place: SamplePlace

    public init(
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
    public var period: UInt64 { UInt64(bitPattern: late) &- lastReset }
}

/// What is to be done about an overflow (`ovfl_ctrl`, `PFM_OVFL_CTRL_*`).
public struct OverflowControl: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Queue a message, if one of the overflowed registers asks for it.
    public static let notify = OverflowControl(rawValue: 0x1)
    /// Give the registers their reset values.
    public static let reset = OverflowControl(rawValue: 0x2)
    /// Halt monitoring until the user restarts it.
    public static let mask = OverflowControl(rawValue: 0x4)
}

/// What a format's handler answers.
public struct HandlerAnswer: Sendable {
    public var control: OverflowControl
    /// The other registers that overflowed at the same event get no sample.
    public var endsEvent: Bool

    public init(_ control: OverflowControl, endsEvent: Bool = false) {
        self.control = control
        self.endsEvent = endsEvent
    }

    /// The sample is stored and there is room for another.
    public static let stored = HandlerAnswer(.reset)
    /// There is no room for another sample (`-ENOBUFS`).
    public static let full = HandlerAnswer([.notify, .mask], endsEvent: true)
}
