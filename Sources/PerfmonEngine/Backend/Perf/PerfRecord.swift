internal import CPerfEvent

/// A record of the ring, as far as this backend asks for records.
enum PerfRecord {
    case sample(PerfSample)
    /// Samples of an event that found no room before this record.
    case lost(event: UInt64, count: UInt64)

    /// Decodes a record with its header; nil for other kinds and for records cut short.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8 else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: bytes[8...])
        switch bytes.loadUnaligned(as: UInt32.self) {
        case PERF_RECORD_SAMPLE.rawValue:
            guard let sample = PerfSample(body) else { return nil }
            self = .sample(sample)
        case PERF_RECORD_LOST.rawValue:
            guard body.count >= 16 else { return nil }
            self = .lost(
                event: body.loadUnaligned(as: UInt64.self),
                count: body.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        default:
            return nil
        }
    }
}

/// One overflow, with the counts of its whole group at that instant.
struct PerfSample {
    /// The `sample_type` of every event that overflows. Never PERF_SAMPLE_PERIOD: with it the
    /// kernel samples every single software event.
    static let type = UInt64(
        PERF_SAMPLE_IDENTIFIER.rawValue | PERF_SAMPLE_IP.rawValue | PERF_SAMPLE_TID.rawValue
            | PERF_SAMPLE_TIME.rawValue | PERF_SAMPLE_CPU.rawValue | PERF_SAMPLE_READ.rawValue
    )

    /// The event that overflowed.
    var event: UInt64
    var place: SamplePlace
    /// Nanoseconds of `MonotonicClock`.
    var time: UInt64
    var counts: PerfGroupCounts

    /// Decodes the body of a sample record; nil when it is cut short.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 48 else { return nil }
        let members = bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
        guard members <= UInt64(bytes.count),
            let counts = PerfGroupCounts(
                UnsafeRawBufferPointer(rebasing: bytes[40...]),
                members: Int(members)
            )
        else { return nil }
        self.counts = counts
        event = bytes.loadUnaligned(as: UInt64.self)
        time = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        place = SamplePlace(
            ip: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            pid: bytes.loadUnaligned(fromByteOffset: 16, as: Int32.self),
            tid: bytes.loadUnaligned(fromByteOffset: 20, as: Int32.self),
            cpu: Int(bytes.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
        )
    }
}
