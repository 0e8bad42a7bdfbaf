internal import CPerfEvent
internal import Glibc
internal import SystemPackage

/// What one read of an event group says; samples carry the same record.
struct PerfGroupCounts {
    /// The `read_format` of every event this backend opens.
    static let format = UInt64(
        PERF_FORMAT_GROUP.rawValue | PERF_FORMAT_ID.rawValue
            | PERF_FORMAT_TOTAL_TIME_ENABLED.rawValue | PERF_FORMAT_TOTAL_TIME_RUNNING.rawValue
            | PERF_FORMAT_LOST.rawValue
    )

    /// Bytes of the record of a group, its gate among the members.
    static func size(members: Int) -> Int {
        8 * (3 + 3 * members)
    }

    /// Bytes from the beginning of a sample record to the count of a member, the gate being 0.
    @inline(__always)
    static func offset(ofMember member: Int) -> Int { 48 + 24 + 24 * member }

    /// The kernel's number of the gate; 0 where nothing was read.
    var gateID: UInt64 = 0
    /// Nanoseconds during which the group was on, and during which it really counted.
    var timeEnabled: UInt64
    var timeRunning: UInt64
    /// Counts of the members in the order in which they were opened, without the gate, which
    /// counts nothing.
    var values: [UInt64]
    /// Samples that found no room in the ring, of all members together.
    var lost: UInt64

    /// The counts of a group that has not counted yet.
    init(members: Int) {
        timeEnabled = 0
        timeRunning = 0
        values = Array(repeating: 0, count: members - 1)
        lost = 0
    }

    /// Reads a group, all counts at one instant.
    ///
    /// - Parameters:
    ///   - files: the events, leader first.
    ///   - ids: the kernel's numbers of the same events.
    /// - Returns: nil when the hardware could not take the group: the kernel gave up a pinned one.
    /// - Throws: the errno of the read.
    static func read(_ files: [Int32], ids: [UInt64]) throws(Errno) -> PerfGroupCounts? {
        let size = size(members: files.count)
        let (got, whole) = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { bytes in
            let got = Glibc.read(files[0], bytes.baseAddress, size)
            let record = UnsafeRawBufferPointer(rebasing: bytes[..<max(got, 0)])
            return (got, PerfGroupCounts(record, members: files.count))
        }
        guard got >= 0 else { throw Errno(rawValue: errno) }
        guard got > 0 else { return nil }
        if let whole { return whole }
        // An exec has taken members out of the group; each of them still has its own count.
        var counts = PerfGroupCounts(members: files.count)
        for (index, file) in files.enumerated() {
            guard let words = try record(file, members: files.count), words.count >= 6 else {
                continue
            }
            if index == 0 {
                (counts.timeEnabled, counts.timeRunning) = (words[1], words[2])
                continue
            }
            for entry in stride(from: 3, through: words.count - 3, by: 3)
            where words[entry + 1] == ids[index] {
                counts.values[index - 1] = words[entry]
            }
        }
        return counts
    }

    /// The words of one read; nil when there are none.
    private static func record(_ file: Int32, members: Int) throws(Errno) -> [UInt64]? {
        let size = size(members: members)
        var code: Errno?
        let words = [UInt64](unsafeUninitializedCapacity: size / 8) { buffer, count in
            let got = Glibc.read(file, buffer.baseAddress, size)
            if got < 0 { code = Errno(rawValue: errno) }
            count = max(got, 0) / 8
        }
        if let code { throw code }
        return words.isEmpty ? nil : words
    }

    /// Decodes a record; nil when it is cut short or of another group size.
    init?(_ bytes: UnsafeRawBufferPointer, members: Int) {
        guard members > 0, bytes.count >= Self.size(members: members),
            Self.word(bytes, 0) == UInt64(members)
        else { return nil }
        timeEnabled = Self.word(bytes, 1)
        timeRunning = Self.word(bytes, 2)
        gateID = Self.word(bytes, 4)
        var lost: UInt64 = 0
        values = [UInt64](unsafeUninitializedCapacity: members - 1) { buffer, count in
            for index in 1..<members {
                buffer[index - 1] = Self.word(bytes, 3 + 3 * index)
                lost &+= Self.word(bytes, 5 + 3 * index)
            }
            count = members - 1
        }
        self.lost = lost
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
    }
}
