/// What every simulated thread and CPU does: one fixed program, so that each count is a function of
/// active time alone (docs/simulated.md lists the rates).
///
/// The program spends the first 800 ns of each microsecond in user mode and the rest in the kernel.
/// No event happens more than once in a nanosecond, so an overflow has an exact time.
enum SimulatedWorkload {
    /// One event of the simulated PMU.
    struct Event {
        /// Event select and unit mask, as in bits 15:0 of PERFEVTSEL.
        let code: UInt16
        let name: String
        let text: String
        /// The event happens `count` times in every `period` nanoseconds of its mode's time.
        let count: UInt64
        let period: UInt64
    }

    static let events: [Event] = [
        Event(
            code: 0x003c,
            name: "cycles",
            text: "core clock cycles, at 1 GHz",
            count: 1,
            period: 1
        ),
        Event(
            code: 0x00c0,
            name: "instructions",
            text: "instructions retired",
            count: 4,
            period: 5
        ),
        Event(
            code: 0x013c,
            name: "ref-cycles",
            text: "reference cycles, at 100 MHz",
            count: 1,
            period: 10
        ),
        Event(code: 0x00c4, name: "branches", text: "branches retired", count: 1, period: 5),
        Event(
            code: 0x00c5,
            name: "branch-misses",
            text: "mispredicted branches",
            count: 1,
            period: 200
        ),
        Event(
            code: 0x4f2e,
            name: "cache-references",
            text: "last-level cache references",
            count: 1,
            period: 100
        ),
        Event(
            code: 0x412e,
            name: "cache-misses",
            text: "last-level cache misses",
            count: 1,
            period: 1000
        ),
        Event(
            code: 0x01f0,
            name: "page-faults",
            text: "page faults, 10,000 a second",
            count: 1,
            period: 100_000
        ),
        Event(
            code: 0x02f0,
            name: "ticks",
            text: "timer ticks, 1,000 a second",
            count: 1,
            period: 1_000_000
        ),
    ]

    /// Events of the fixed counters, by their index.
    static let fixedEvents = ["instructions", "cycles", "ref-cycles"]

    static func event(code: UInt16) -> Event? {
        events.first { $0.code == code }
    }

    static func event(named name: String) -> Event? {
        events.first { $0.name == name }
    }

    /// Where the program's instructions lie.
    static let code: UInt64 = 0x40_0000

    private static let cycle: UInt64 = 1000
    private static let userPart: UInt64 = 800

    /// Nanoseconds of the modes that a counter watches, out of the first `time` nanoseconds.
    static func watchedTime(_ time: UInt64, user: Bool, kernel: Bool) -> UInt64 {
        let inUser = time / cycle * userPart + min(time % cycle, userPart)
        return (user ? inUser : 0) + (kernel ? time - inUser : 0)
    }

    /// The earliest active time at which the watched modes have had `watched` nanoseconds; nil
    /// when they never will, or only after decades.
    static func time(watched: UInt64, user: Bool, kernel: Bool) -> UInt64? {
        guard watched < 1 << 60 else { return nil }
        if user, kernel { return watched }
        guard user || kernel else { return nil }
        guard watched > 0 else { return 0 }
        let part = user ? userPart : cycle - userPart
        let offset = user ? 0 : userPart
        let (whole, rest) = (watched - 1).quotientAndRemainder(dividingBy: part)
        return whole * cycle + offset + rest + 1
    }
}

/// One simulated counter: an event and the modes in which it counts.
struct SimulatedCounter: Equatable {
    let count: UInt64
    let period: UInt64
    let user: Bool
    let kernel: Bool

    /// Events in the first `time` nanoseconds of the target's active time.
    func events(after time: UInt64) -> UInt64 {
        let watched = SimulatedWorkload.watchedTime(time, user: user, kernel: kernel)
        let (whole, rest) = watched.quotientAndRemainder(dividingBy: period)
        return whole * count + rest * count / period
    }

    /// The active time at which event number `number` happens; nil when it never does, or only
    /// after decades.
    func time(ofEvent number: UInt64) -> UInt64? {
        let (whole, rest) = number.quotientAndRemainder(dividingBy: count)
        let (product, overflow) = whole.multipliedReportingOverflow(by: period)
        guard !overflow else { return nil }
        let (watched, isBeyond) = product.addingReportingOverflow(
            (rest * period + count - 1) / count
        )
        guard !isBeyond else { return nil }
        return SimulatedWorkload.time(watched: watched, user: user, kernel: kernel)
    }
}
