/// A virtual 64-bit value over a raw count that only grows.
///
/// A write or a reset moves the value and nothing else; what the raw count was then is the base from
/// which it goes on.
struct VirtualCount: Sendable, Equatable {
    var value: UInt64 = 0
    /// Events since the last zero, whatever became of the value.
    var counted: UInt64 = 0
    /// The raw count that `value` corresponds to.
    var rawBase: UInt64 = 0
    /// The raw count at the last write. What happened before it never moves the value, however late
    /// it is told.
    private(set) var rawFloor: UInt64 = 0

    /// Takes a raw count in. That of an overflow may be older than the last one; then the value
    /// goes back, as far as the last write.
    ///
    /// - Returns: the value before; nil when nothing changed.
    @inline(__always)
    mutating func take(raw: UInt64) -> UInt64? {
        let raw = Int64(bitPattern: raw &- rawFloor) < 0 ? rawFloor : raw
        let delta = raw &- rawBase
        rawBase = raw
        guard delta != 0 else { return nil }
        counted &+= delta
        defer { value &+= delta }
        return value
    }

    /// Forgets what was counted up to a raw count.
    mutating func skip(to raw: UInt64) {
        rawBase = raw
        rawFloor = raw
    }

    /// What is told from now on of the time before changes nothing any more.
    mutating func seal() {
        rawFloor = rawBase
    }
}
