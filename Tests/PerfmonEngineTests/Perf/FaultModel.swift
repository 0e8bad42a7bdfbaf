import PerfmonModel

@testable import PerfmonEngine

/// What a context over page faults has to come to, counted fault by fault.
///
/// Written from the specification alone. It knows no samples, no lateness and no kernel: where the
/// engine says that it saw an overflow, the model counts up to there and says whether that may be.
struct FaultModel {
    /// A counter of one set.
    struct Counter {
        var value: UInt64
        var shortReset: UInt64
        var longReset: UInt64
        var randomMask: UInt64 = 0
        var notifies = false
        /// The value that it was last started from.
        var lastReset: UInt64
        /// Events since the last write.
        var counted: UInt64 = 0
        /// It counts the end of a fault, which comes behind the fault itself.
        var countsEnds = false

        mutating func write(_ new: UInt64) {
            value = new
            lastReset = new
            counted = 0
        }

        /// - Returns: whether the value wrapped.
        mutating func happen() -> Bool {
            value &+= 1
            counted &+= 1
            return value == 0
        }
    }

    var counters: [Counter]
    var isStarted = false
    var isMasked = false
    /// Counters that are reset at the next restart.
    private var pending: [Int] = []
    /// Overflows that stopped counting.
    private(set) var maskings = 0

    init(_ counters: [Counter]) {
        self.counters = counters
    }

    /// One fault without any overflow that is seen at once.
    mutating func count() {
        guard isStarted, !isMasked else { return }
        for index in counters.indices { _ = counters[index].happen() }
    }

    /// One fault in a context where an overflow masks.
    mutating func countMasking() {
        guard isStarted, !isMasked else { return }
        for endsCount in [false, true] {
            var overflowed: [Int] = []
            for index in counters.indices where counters[index].countsEnds == endsCount {
                if counters[index].happen() { overflowed.append(index) }
            }
            guard !overflowed.isEmpty else { continue }
            pending = overflowed
            isMasked = true
            maskings += 1
            return
        }
    }

    mutating func restart() {
        guard isMasked else { return }
        isMasked = false
        for index in pending {
            counters[index].value = counters[index].longReset
            counters[index].lastReset = counters[index].longReset
        }
        pending = []
    }

    /// Takes a sample of a counter that masks nothing.
    ///
    /// - Parameters:
    ///   - value: the count of a counter that only counts, at the sample.
    ///   - witness: the index of that counter.
    /// - Returns: what is wrong with it; nil when nothing is.
    mutating func sample(
        of index: Int,
        lastReset: UInt64,
        period: UInt64,
        witness: Int,
        value: UInt64
    ) -> String? {
        guard value >= counters[witness].value else { return "samples out of order" }
        while counters[witness].value < value { count() }
        let counter = counters[index]
        guard counter.value < 1 << 62 else {
            return "an overflow of \(index) at \(Int64(bitPattern: counter.value))"
        }
        guard counter.lastReset == lastReset else {
            return "began at \(Int64(bitPattern: counter.lastReset)), not "
                + "\(Int64(bitPattern: lastReset))"
        }
        guard counter.value &- counter.lastReset == period else {
            return "a period of \(counter.value &- counter.lastReset), not \(period)"
        }
        return nil
    }

    /// Gives a sampled counter its new value, which the engine drew.
    ///
    /// - Returns: what is wrong with it; nil when nothing is.
    mutating func reset(_ index: Int, to value: UInt64) -> String? {
        let drawn = counters[index].shortReset &- value
        guard drawn & ~counters[index].randomMask == 0 else {
            return "reset to \(Int64(bitPattern: value))"
        }
        counters[index].value = value
        counters[index].lastReset = value
        return nil
    }

    /// Overflows that a counter passed unseen, when a sample found it at its present value.
    func missed(_ index: Int) -> UInt64 {
        counters[index].value / (0 &- counters[index].shortReset)
    }
}
