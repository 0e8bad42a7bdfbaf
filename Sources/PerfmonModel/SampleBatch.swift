/// Overflows of a buffered session, many at a time: what thousands in a second can be handed over in
/// without an allocation for each.
package struct SampleBatch: Sendable {
    /// One overflow.
    package struct Record {
        package var time: UInt64
        package var ip: UInt64
        package var pid: Int32
        package var tid: Int32
        package var cpu: Int32
        /// Where its return addresses begin in `chains`, and how many there are.
        package var chainCount: Int32
        package var chainStart: Int
        /// Bit i: counter i of the set's program has overflowed.
        package var counters: UInt64

        package init(
            time: UInt64,
            ip: UInt64,
            pid: Int32,
            tid: Int32,
            cpu: Int32,
            chainCount: Int32,
            chainStart: Int,
            counters: UInt64
        ) {
            self.time = time
            self.ip = ip
            self.pid = pid
            self.tid = tid
            self.cpu = cpu
            self.chainCount = chainCount
            self.chainStart = chainStart
            self.counters = counters
        }
    }

    package init() {}

    /// In order of time.
    package var records: [Record] = []
    /// The counts at each overflow, one behind the other; none in a session that overflows by
    /// thread.
    package var raw: [UInt64] = []
    /// Counts of each overflow.
    package var width = 0
    package var chains: [UInt64] = []
    /// Times of the set at the last overflow, as in a snapshot.
    package var timeEnabled: UInt64 = 0
    package var timeRunning: UInt64 = 0

    package func place(of record: Record) -> SamplePlace {
        SamplePlace(
            ip: record.ip,
            pid: record.pid,
            tid: record.tid,
            cpu: Int(record.cpu),
            callChain: record.chainCount == 0
                ? [] : Array(chains[record.chainStart..<record.chainStart + Int(record.chainCount)])
        )
    }

    /// Puts overflows of several CPUs into the order of time. Only where they hold no counts, which
    /// would have to go with them.
    package mutating func sort() {
        guard width == 0 else { return }
        let isSorted = zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time }
        if !isSorted { records.sort { $0.time < $1.time } }
    }
}
