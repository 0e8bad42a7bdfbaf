/// What docs/simulated.md says of the workload, in plain integers and apart from the simulated PMU.
enum ReferenceWorkload {
    /// What a control register selects: an event in some modes.
    struct Selection: Equatable {
        /// The control bits of this counter; two readings of other bits are of other things.
        var bits: UInt64
        var count: UInt64
        var period: UInt64
        var user: Bool
        var kernel: Bool

        /// How often it happened in the first `time` nanoseconds of the program.
        func happened(in time: UInt64) -> UInt64 {
            let inUser = time / 1000 * 800 + min(time % 1000, 800)
            let watched = (user ? inUser : 0) + (kernel ? time - inUser : 0)
            return watched / period * count + watched % period * count / period
        }
    }

    /// Code of an event, and how often it happens in how many nanoseconds.
    typealias Event = (code: UInt64, count: UInt64, period: UInt64)

    /// The table of events that `random` commands choose from.
    static let events: [Event] = [
        (0x003c, 1, 1), (0x00c0, 4, 5), (0x013c, 1, 10), (0x00c4, 1, 5), (0x00c5, 1, 200),
        (0x4f2e, 1, 100), (0x412e, 1, 1000), (0x01f0, 1, 100_000), (0x02f0, 1, 1_000_000),
    ]

    /// Instructions, cycles and reference cycles.
    private static let fixedEvents = [1, 0, 2]

    /// The PMDs that there are.
    static let pmds = [0, 1, 2, 3, 16, 17, 18]

    /// Value of PMC `number` in a new set; nil when there is no such register.
    static func defaultValue(ofPmc number: Int) -> UInt64? {
        switch number {
        case 0...3: 0x10_0000
        case 16: 0x888
        default: nil
        }
    }

    /// Bits of PMC `number` that keep their default.
    static func reservedBits(ofPmc number: Int) -> UInt64 {
        number == 16 ? 0xffff_ffff_ffff_fccc : 0xffff_ffff_0030_0000
    }

    /// What PMD `number` counts under its control register; nil when that does not enable it.
    static func selection(ofPmd number: Int, control: UInt64) -> Selection? {
        if number >= 16 {
            let bits = control >> UInt64(4 * (number - 16)) & 15
            guard bits & 3 != 0 else { return nil }
            let event = events[fixedEvents[number - 16]]
            return Selection(
                bits: bits,
                count: event.count,
                period: event.period,
                user: bits & 2 != 0,
                kernel: bits & 1 != 0
            )
        }
        guard control >> 22 & 1 != 0,
            let event = events.first(where: { $0.code == control & 0xffff })
        else { return nil }
        return Selection(
            bits: control,
            count: event.count,
            period: event.period,
            user: control >> 16 & 1 != 0,
            kernel: control >> 17 & 1 != 0
        )
    }
}

/// A generator whose sequence depends on its seed alone (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
