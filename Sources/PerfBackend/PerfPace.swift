internal import PerfmonEngine

/// How one sampling event is brought to write a sample at the wanted count, or a few events later.
///
/// A halted event takes a new period exactly. A running one of the pipelined kind takes it one
/// interval late, and its next event writes a sample that nobody asked for, the marker: with two
/// calls, one of them behind the marker of the other, it runs one long interval and then short ones.
/// What comes of it is never more than lateness, because the counts in the samples decide
/// (`OverflowAim`).
///
/// The methods return the period that the kernel is to be told, if any.
struct PerfPace: Equatable {
    /// What is known of the event's intervals.
    enum Course: Equatable {
        /// All have one length; `phase` is a count at which one ends, if that is known.
        case regular(UInt64, phase: UInt64?)
        /// A first call was made at about this count; behind its marker comes the second. If the
        /// target happened to be off the CPU there is no marker: the period was taken exactly.
        case first(UInt64, then: UInt64, at: UInt64)
        /// The second call was made; so many samples have come since.
        case second(UInt64, at: UInt64, samples: Int)
    }

    let kind: PerfLayout.Kind
    /// The period that the event always keeps, short enough for all overflows to be found by looking;
    /// nil: each overflow is aimed at.
    let base: UInt64?
    /// All overflows are at multiples of `base`.
    let isExact: Bool
    /// Shortest period in nanoseconds of a clock; 1 of all others.
    let minimum: UInt64
    /// A number that divides the fixed periods of the counter; 0 when they are random.
    private let unit: UInt64
    /// The period that begins anew by itself.
    private let period: UInt64?
    /// The set counts on at overflows.
    private let looksOn: Bool
    private let shortest: UInt64
    private(set) var course: Course
    /// Events that passed lately while a running event was told its periods.
    private(set) var delay: UInt64 = 5

    /// The period of an event that is not to overflow.
    static let idle = PerfOpening.maxDistance
    /// Samples that may be looked at in vain for one overflow, rather than set a period.
    private static let looks: UInt64 = 64

    /// - Parameters:
    ///   - unit: divides the periods of all counters of the same event; 1 or 0: unknown.
    ///   - count: what the counter has come to when the event is opened.
    ///   - looks: the set counts on at overflows, so that every one may come while it runs.
    init(
        _ counter: CounterProgram,
        _ kind: PerfLayout.Kind,
        unit: UInt64,
        looks: Bool,
        minimum: UInt64 = 1,
        at count: UInt64 = 0
    ) {
        self.kind = kind
        self.minimum = minimum
        let forecast = counter.forecast
        shortest = forecast?.shortest ?? counter.distance ?? 1
        self.unit = unit > 1 ? unit : 0
        looksOn = looks
        period = counter.period
        let longest = forecast?.longest ?? counter.distance ?? 1
        let isGrid = looks && unit > 1 && longest / unit <= Self.looks
        if let period = counter.period, counter.distance == nil || counter.distance == period {
            base = period
            isExact = true
        } else if kind == .pipelined, isGrid {
            base = unit
            isExact = true
        } else if kind == .pipelined, looks, let forecast, forecast.average <= 512 {
            base = Self.fine(below: forecast.shortest)
            isExact = false
        } else {
            base = nil
            isExact = false
        }
        let first = counter.distance == nil && base == nil ? Self.idle : base ?? counter.distance
        course = .regular(max(first ?? Self.idle, minimum), phase: count)
    }

    /// Every sample is an overflow.
    var isSteady: Bool { isExact && base == period }

    /// The period to open the event with.
    var initialPeriod: UInt64 {
        if case .regular(let period, _) = course { min(period, Self.idle) } else { Self.idle }
    }

    private static func fine(below shortest: UInt64) -> UInt64 {
        shortest < 16 ? 1 : min(max(shortest / 24, 2), 8)
    }

    /// The period with which a running event is looked at once its overflow is near.
    private var fine: UInt64 {
        shortest < 16 ? 1 : min(max(2, delay / 8), max(2, shortest / 32))
    }

    /// Events before the overflow from which on it is looked for.
    private var margin: UInt64 { max(10, 2 * delay) }

    /// Before a halted event is started at a count.
    mutating func prepare(at count: UInt64, for aim: OverflowAim?) -> UInt64? {
        guard let aim, aim.isArmed else { return base == nil ? idle(at: count) : nil }
        if hits(aim.wanted, from: count) { return nil }
        let distance = distance(to: aim, from: count)
        guard kind == .pipelined else { return set(max(distance, minimum), at: count) }
        if let base, !isExact, distance <= Self.looks * 8 * base {
            if case .regular(base, _) = course { return nil }
            return set(base, at: count)
        }
        // Where every overflow stops the set, the next one can be told exactly again.
        let divisor = aim.period ?? (looksOn ? unit : 0)
        let common = divisor == 0 ? distance : greatestCommonDivisor(distance, divisor)
        return set(max(distance, divisor) / common <= Self.looks ? common : distance, at: count)
    }

    /// While the event runs, for a new aim or behind an overflow.
    mutating func steer(at count: UInt64, for aim: OverflowAim?) -> UInt64? {
        guard let aim, aim.isArmed else {
            guard base == nil else { return nil }
            if case .regular(Self.idle, _) = course { return nil }
            return setRunning(Self.idle)
        }
        if hits(aim.wanted, from: count) { return nil }
        let distance = distance(to: aim, from: count)
        guard kind == .pipelined else {
            if let period = aim.period, case .regular(period, _) = course, aim.last == count {
                return nil
            }
            return setRunning(max(distance, minimum))
        }
        if aim.period == nil, looksOn, isFine(for: distance) { return nil }
        let then = aim.period ?? (isExact ? nil : base) ?? fine
        let first: UInt64
        if aim.period != nil || !looksOn {
            // Exact if the target sleeps, as it often does while a register is written.
            first = distance
        } else {
            first = distance > 3 * margin && base == nil ? distance - margin : then
        }
        if case .regular(first, _) = course {
            // The interval that begins at the marker has the length that is wanted already.
            course =
                then == first ? .regular(then, phase: nil) : .second(then, at: count, samples: 0)
            return then
        }
        course = .first(first, then: then, at: count)
        return first
    }

    /// The event has written a sample.
    ///
    /// - Parameter isOwn: the sample is this event's for sure, and not that of a twin.
    mutating func sampled(at count: UInt64, isOwn: Bool) -> UInt64? {
        // A sample may be older than the last call. Where overflows are to be exact nothing is
        // concluded from it.
        let isOwn = isOwn && looksOn
        switch course {
        case .regular(let period, nil):
            if isOwn { course = .regular(period, phase: count) }
            return nil
        case .regular:
            return nil
        case .first(let first, let then, let start):
            let passed = count &- start
            guard Int64(bitPattern: passed) > 0 else { return nil }
            if first > 3 * margin, passed >= first {
                // No marker came, and this is the end of the interval.
                course = .regular(first, phase: isOwn ? count : nil)
                return nil
            }
            course = .second(then, at: start, samples: 0)
            return then
        case .second(let period, let start, let samples):
            if samples == 0, Int64(bitPattern: count &- start) > 0 {
                delay = min(max(count &- start, delay - delay / 8), 1 << 20)
            }
            course =
                samples == 0
                ? .second(period, at: start, samples: 1)
                : .regular(period, phase: isOwn ? count : nil)
            return nil
        }
    }

    /// A second call is due as soon as there is a sample.
    var waitsForMarker: Bool {
        if case .first = course { true } else { false }
    }

    /// Whether the event has ended a long interval before its overflow, and runs into another one.
    func isAstray(from aim: OverflowAim, at count: UInt64) -> Bool {
        guard kind == .pipelined, aim.isArmed, aim.period == nil, base == nil else { return false }
        guard case .regular(let period, _) = course, period != Self.idle else { return false }
        return !hits(aim.wanted, from: count) && !isFine(for: distance(to: aim, from: count))
    }

    /// Whether an overflow that begins the next period by itself needs no call.
    func keepsPace(with aim: OverflowAim) -> Bool {
        switch course {
        case .regular(let period, _):
            period == aim.period || hits(aim.wanted, from: aim.last)
        case .first(_, let then, _), .second(let then, _, _):
            then == aim.period
        }
    }

    private func distance(to aim: OverflowAim, from count: UInt64) -> UInt64 {
        let distance = aim.wanted &- count
        return Int64(bitPattern: distance) <= 0 ? 1 : min(distance, Self.idle)
    }

    /// Whether a sample comes at the wanted count as things are, after few others.
    private func hits(_ wanted: UInt64, from count: UInt64) -> Bool {
        guard case .regular(let period, let phase?) = course else { return false }
        let distance = wanted &- count
        guard Int64(bitPattern: distance) > 0, (wanted &- phase) % period == 0 else { return false }
        return distance / period <= Self.looks
    }

    /// Whether the event takes a sample at a count, for all that is known.
    func samples(at count: UInt64) -> Bool {
        guard kind == .pipelined else { return true }
        guard case .regular(let period, let phase?) = course else { return false }
        return (count &- phase) % period == 0
    }

    /// Whether samples come so close to each other that the overflow is found by looking.
    private func isFine(for distance: UInt64) -> Bool {
        guard case .regular(let period, _) = course else { return false }
        let isClose = distance / period <= Self.looks
        return isClose && period <= max(base ?? 1, fine)
    }

    private mutating func idle(at count: UInt64) -> UInt64? {
        if case .regular(Self.idle, _) = course { return nil }
        return set(Self.idle, at: count)
    }

    private mutating func set(_ period: UInt64, at count: UInt64) -> UInt64? {
        course = .regular(period, phase: count)
        return period
    }

    private mutating func setRunning(_ period: UInt64) -> UInt64? {
        course = .regular(period, phase: nil)
        return period
    }
}

extension PeriodForecast {
    /// The middle between the shortest and the longest.
    fileprivate var average: UInt64 { shortest / 2 + longest / 2 }
}
