/// Time for which a context was started and its target there to be counted, and in which nothing
/// was counted all the same.
struct CountingGaps: Sendable {
    /// Nanoseconds of all gaps that are over.
    private(set) var total: UInt64 = 0
    /// What caused the last gap.
    private(set) var reason = CountReason.masked
    /// When the gap that is open began, in target time or, where that is not known, in wall time.
    private var openedAt: (target: UInt64?, wall: UInt64)?

    /// Begins a gap.
    ///
    /// - Parameters:
    ///   - target: what the session says of its target's time; nil when it does not know it.
    ///   - wall: the backend's clock.
    ///   - before: nanoseconds for which the gap has lasted already.
    mutating func open(_ reason: CountReason, target: UInt64?, wall: UInt64, before: UInt64 = 0) {
        guard openedAt == nil else { return }
        openedAt = (target, wall)
        self.reason = reason
        total += before
    }

    /// Nanoseconds of all gaps, the open one included.
    func total(target: UInt64?, wall: UInt64) -> UInt64 {
        guard let openedAt else { return total }
        guard let began = openedAt.target, let target else {
            return total + (wall - min(wall, openedAt.wall))
        }
        return total + (target - min(target, began))
    }

    /// Ends the gap that is open, if one is.
    mutating func close(target: UInt64?, wall: UInt64) {
        guard openedAt != nil else { return }
        total = total(target: target, wall: wall)
        openedAt = nil
    }

    /// Whether a gap is open.
    var isOpen: Bool { openedAt != nil }

    /// Whether the open gap is measured in the target's time.
    var countsTargetTime: Bool { openedAt?.target != nil }
}
