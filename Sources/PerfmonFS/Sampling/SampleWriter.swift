import PerfmonEngine

/// Turns stored samples into the bytes of a file, a piece at a time.
protocol SampleWriter {
    /// Appends what the file begins with.
    mutating func begin(_ bytes: inout [UInt8])

    /// Appends samples behind a cursor until about `wanted` bytes were added or there are no more.
    mutating func append(_ cursor: inout SampleCursor, wanted: Int, to bytes: inout [UInt8])

    /// Appends a note that the reader was too slow for so many samples.
    mutating func appendMissed(_ count: UInt64, to bytes: inout [UInt8])
}

/// Samples as lines of text.
struct SampleLinesWriter: SampleWriter {
    let format: any SamplingFormat

    mutating func begin(_ bytes: inout [UInt8]) {}

    mutating func append(_ cursor: inout SampleCursor, wanted: Int, to bytes: inout [UInt8]) {
        format.appendLines(&cursor, wanted: wanted, to: &bytes)
    }

    mutating func appendMissed(_ count: UInt64, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "missed count=\(count)\n".utf8)
    }
}
