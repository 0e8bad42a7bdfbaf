internal import CPerfEvent
internal import PerfmonEngine
internal import PerfmonModel

/// A record of the ring, as far as this backend asks for records.
enum PerfRecord {
    case sample(PerfSample)
    /// Samples of an event that found no room before this record.
    case lost(event: UInt64, count: UInt64)
    /// The kernel slowed an event down.
    case throttled(event: UInt64)
    /// What a process did, and when.
    case process(BackendEvent.Kind, time: UInt64)

    /// Decodes a record with its header; nil for other kinds and for records cut short.
    ///
    /// - Parameter hasCounts: samples hold the counts of their group.
    init?(_ bytes: UnsafeRawBufferPointer, hasCounts: Bool = true) {
        guard bytes.count >= 8 else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: bytes[8...])
        switch bytes.loadUnaligned(as: UInt32.self) {
        case PERF_RECORD_SAMPLE.rawValue:
            guard let sample = PerfSample(body, hasCounts: hasCounts) else { return nil }
            self = .sample(sample)
        case PERF_RECORD_LOST.rawValue:
            guard body.count >= 16 else { return nil }
            self = .lost(
                event: body.loadUnaligned(as: UInt64.self),
                count: body.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        case PERF_RECORD_THROTTLE.rawValue:
            guard body.count >= 24 else { return nil }
            self = .throttled(event: body.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        default:
            guard let (kind, time) = Self.process(bytes, body) else { return nil }
            self = .process(kind, time: time)
        }
    }
}

extension PerfRecord {
    /// Whether a record is an overflow.
    static func isSample(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 8 && bytes.loadUnaligned(as: UInt32.self) == PERF_RECORD_SAMPLE.rawValue
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

    /// The same for events that follow children: kernels before Linux 6.12 refuse the counts.
    static let typeWithoutCounts = type & ~UInt64(PERF_SAMPLE_READ.rawValue)

    /// The event that overflowed.
    var event: UInt64
    var place: SamplePlace
    /// Nanoseconds of `MonotonicClock`.
    var time: UInt64
    /// No values where samples come without.
    var counts: PerfGroupCounts

    /// Decodes the body of a sample record; nil when it is cut short.
    init?(_ bytes: UnsafeRawBufferPointer, hasCounts: Bool) {
        guard bytes.count >= (hasCounts ? 48 : 40) else { return nil }
        var end = 40
        if hasCounts {
            let members = bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
            guard members <= UInt64(bytes.count),
                let counts = PerfGroupCounts(
                    UnsafeRawBufferPointer(rebasing: bytes[40...]),
                    members: Int(members)
                )
            else { return nil }
            self.counts = counts
            end += PerfGroupCounts.size(members: Int(members))
        } else {
            counts = PerfGroupCounts(members: 1)
        }
        event = bytes.loadUnaligned(as: UInt64.self)
        time = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        place = SamplePlace(
            ip: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            pid: bytes.loadUnaligned(fromByteOffset: 16, as: Int32.self),
            tid: bytes.loadUnaligned(fromByteOffset: 20, as: Int32.self),
            cpu: Int(bytes.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
        )
        if bytes.count >= end + 8 {
            place.callChain = Self.callChain(
                UnsafeRawBufferPointer(rebasing: bytes[end...]),
                behind: place.ip
            )
        }
    }

    /// The return addresses of a chain: without the marks between kernel and user, and without the
    /// place of the overflow itself, which begins the chain.
    private static func callChain(
        _ bytes: UnsafeRawBufferPointer,
        behind ip: UInt64
    ) -> [UInt64] {
        let count = min(Int(clamping: bytes.loadUnaligned(as: UInt64.self)), bytes.count / 8 - 1)
        var addresses: [UInt64] = []
        addresses.reserveCapacity(count)
        for index in 0..<max(count, 0) {
            let address = bytes.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt64.self)
            // The highest addresses are marks (PERF_CONTEXT_MAX).
            guard address < UInt64(bitPattern: -4095) else { continue }
            if addresses.isEmpty, address == ip, index < 2 { continue }
            addresses.append(address)
        }
        return addresses
    }
}
