/// Overflows of a buffered session, many at a time: what thousands in a second can be handed over in
/// without an allocation for each.
public struct SampleBatch: Sendable {
    /// One overflow.
    struct Record {
        var time: UInt64
        var ip: UInt64
        var pid: Int32
        var tid: Int32
        var cpu: Int32
        /// How many return addresses there are; less than 0: the complement of their number, when
        /// the kernel has left the outer ones out.
        var chainWord: Int32
        /// Where its return addresses begin in `chains`.
        var chainStart: Int
        /// Bit i: counter i of the set's program has overflowed.
        var counters: UInt64

        var isCut: Bool { chainWord < 0 }

        var chainCount: Int32 {
            get { isCut ? ~chainWord : chainWord }
            set { chainWord = isCut ? ~newValue : newValue }
        }
    }

    /// In order of time.
    var records: [Record] = []
    /// The counts at each overflow, one behind the other; none in a session that overflows by
    /// thread.
    var raw: [UInt64] = []
    /// Counts of each overflow.
    var width = 0
    var chains: [UInt64] = []
    /// Times of the set at the last overflow, as in a snapshot.
    var timeEnabled: UInt64 = 0
    var timeRunning: UInt64 = 0

    func place(of record: Record) -> SamplePlace {
        SamplePlace(
            ip: record.ip,
            pid: record.pid,
            tid: record.tid,
            cpu: Int(record.cpu),
            callChain: record.chainCount == 0
                ? [] : Array(chains[record.chainStart..<record.chainStart + Int(record.chainCount)]),
            isCut: record.isCut
        )
    }

    /// Puts overflows of several CPUs into the order of time. Only where they hold no counts, which
    /// would have to go with them.
    mutating func sort() {
        guard width == 0 else { return }
        let isSorted = zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time }
        if !isSorted { records.sort { $0.time < $1.time } }
    }
}
