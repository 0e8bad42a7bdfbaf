internal import PerfmonEngine
internal import PerfmonModel

/// One set's part of what a group counts.
///
/// A group of one set has one share, which is always on. In a group of several sets everything counts
/// all the time, and the set that is active takes what is counted: a cut ends one share and begins
/// another at the same counts.
struct PerfShare {
    private(set) var program: SetProgram
    /// The set's cells in the group's layout.
    let cells: Range<Int>
    /// What is added to the kernel's figures while the share is on.
    private var offsets: [UInt64]
    private var enabledOffset: UInt64
    private var runningOffset: UInt64
    /// The set's figures while the share is off; nil while it is on.
    private(set) var frozen: Snapshot?

    /// A share with the figures that the set has come to so far, in a group whose events begin at 0.
    init(_ program: SetProgram, cells: Range<Int>, from past: Snapshot, isOn: Bool) {
        self.program = program
        self.cells = cells
        offsets = past.raw
        enabledOffset = past.timeEnabled
        runningOffset = past.timeRunning
        frozen = isOn ? nil : past
    }

    /// The figures of a set that has not counted yet.
    static func zero(_ program: SetProgram) -> Snapshot {
        Snapshot(raw: program.counters.map { _ in 0 }, timeEnabled: 0, timeRunning: 0, time: 0)
    }

    /// The raw count of a counter, from what the kernel says its event has come to.
    @inline(__always)
    func raw(_ counter: Int, _ value: UInt64) -> UInt64 { value &+ offsets[counter] }

    /// The set's times, from the group's.
    func times(_ enabled: UInt64, _ running: UInt64) -> (enabled: UInt64, running: UInt64) {
        (enabled &+ enabledOffset, running &+ runningOffset)
    }

    /// The set's figures, from the group's.
    func snapshot(_ counts: PerfGroupCounts, _ layout: PerfLayout, time: UInt64) -> Snapshot {
        if var frozen {
            frozen.time = time
            return frozen
        }
        var raw = offsets
        for index in raw.indices {
            raw[index] &+= counts.values[layout.cells[cells.lowerBound + index].counting - 1]
        }
        return Snapshot(
            raw: raw,
            timeEnabled: counts.timeEnabled &+ enabledOffset,
            timeRunning: counts.timeRunning &+ runningOffset,
            time: time
        )
    }

    /// Ends the share at some figures of the group.
    mutating func end(at counts: PerfGroupCounts, _ layout: PerfLayout) {
        frozen = snapshot(counts, layout, time: 0)
    }

    /// Begins the share at some figures of the group.
    mutating func begin(at counts: PerfGroupCounts, _ layout: PerfLayout) {
        guard let past = frozen else { return }
        for index in offsets.indices {
            offsets[index] =
                past.raw[index]
                &- counts.values[layout.cells[cells.lowerBound + index].counting - 1]
        }
        enabledOffset = past.timeEnabled &- counts.timeEnabled
        runningOffset = past.timeRunning &- counts.timeRunning
        frozen = nil
    }
}
