import LinuxSupport

/// One record of a perf.data file while it is put together: a header of 8 bytes, then fields in
/// the machine's byte order (`struct perf_event_header` of linux/perf_event.h).
struct PerfRecord {
    /// Kinds of records: those of the kernel, and from 64 on those of perf itself.
    enum Kind: UInt32 {
        case mmap = 1
        case lost = 2
        case comm = 3
        case fork = 7
        case sample = 9
        case mmap2 = 10
        case headerAttribute = 64
        case finishedRound = 68
        case eventUpdate = 78
        case headerFeature = 80
    }

    /// Bits of the header that say what the record is about.
    enum Misc {
        static let kernel: UInt16 = 1
        static let user: UInt16 = 2
        static let exec: UInt16 = 1 << 13
        static let mmapBuildID: UInt16 = 1 << 14
    }

    /// Appends a record to a file; `body` appends its fields.
    static func append(
        _ kind: Kind,
        misc: UInt16 = 0,
        to bytes: inout [UInt8],
        _ body: (inout [UInt8]) -> Void = { _ in }
    ) {
        let start = bytes.count
        bytes.append(number: kind.rawValue)
        bytes.append(number: misc)
        bytes.append(number: UInt16(0))
        body(&bytes)
        let size = UInt16(truncatingIfNeeded: bytes.count - start)
        bytes[start + 6] = UInt8(truncatingIfNeeded: size)
        bytes[start + 7] = UInt8(truncatingIfNeeded: size >> 8)
    }
}

extension [UInt8] {
    /// Appends a text, a zero, and zeros up to a multiple of 8 bytes.
    mutating func append(padded text: String) {
        let length = Swift.min(text.utf8.count, 4095)
        append(contentsOf: text.utf8.prefix(length))
        append(contentsOf: repeatElement(0, count: 8 - length % 8))
    }
}
