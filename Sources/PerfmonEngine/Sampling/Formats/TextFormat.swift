internal import PerfmonModel
internal import SystemPackage

/// A ring of lines: the newest samples as text. It never becomes full, so it never masks and never
/// notifies; old lines make room for new ones. Not perfmon2's.
///
/// Behind the header the buffer holds bytes of text at their distance from the first line ever
/// written, modulo the ring's size.
final class TextFormat: SamplingFormat {
    static let about = FormatDescription(
        name: "text",
        summary: "The newest samples as lines of text; old lines make room for new ones.",
        arguments: [.bufferSize(defaultValue: 1 << 16)],
        views: .stream
    )

    private enum Field {
        static let count = 0
        static let head = 8
        static let tail = 16
        static let overwritten = 24
        static let bufferSize = 32
    }

    private let buffer: SamplingBuffer
    /// Bytes of the ring.
    private let capacity: UInt64
    private var line: [UInt8] = []

    static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError) {
        let minimum = UInt64(BufferHeader.size) + longestLine(for: setting)
        guard arguments["buf_size"] >= minimum else {
            throw PfmError(
                .invalidArgument,
                "a buffer of \(arguments["buf_size"]) bytes has no room for one line",
                hint: "\(minimum) is the smallest buf_size",
                subject: "buf_size=\(arguments["buf_size"])"
            )
        }
    }

    static func bufferSize(_ arguments: FormatArguments, for setting: FormatSetting) -> UInt64 {
        arguments["buf_size"]
    }

    /// An upper bound: nine fields, and a name and a value for each register.
    private static func longestLine(for setting: FormatSetting) -> UInt64 {
        UInt64(256 + 32 * setting.registerCount)
    }

    init(_ arguments: FormatArguments, buffer: SamplingBuffer, for setting: FormatSetting) {
        self.buffer = buffer
        capacity = arguments["buf_size"] - UInt64(BufferHeader.size)
        buffer.store(arguments["buf_size"], at: Field.bufferSize)
    }

    func handle(_ overflow: borrowing Overflow, values: Span<UInt64>) -> HandlerAnswer {
        var sample = Sample()
        sample.time = overflow.time
        sample.pid = overflow.place.pid
        sample.tid = overflow.place.tid
        sample.cpu = overflow.place.cpu
        sample.ip = overflow.place.ip
        sample.set = overflow.set
        sample.pmd = overflow.pmd
        sample.lastReset = overflow.lastReset
        sample.eventID = overflow.eventID
        sample.registers = overflow.sampled
        for index in values.indices { sample.values.append(values[index]) }
        line.removeAll(keepingCapacity: true)
        SampleLine.append(sample, to: &line)
        append(line)
        return .stored
    }

    func restart(isActive: Bool, control: inout OverflowControl) -> Bool {
        control = .reset
        return true
    }

    var header: [(key: String, value: UInt64)] {
        [
            ("hdr_count", storedCount), ("hdr_head", head), ("hdr_tail", tail),
            ("hdr_overwritten", overwritten),
            ("hdr_buf_size", capacity + UInt64(BufferHeader.size)),
        ]
    }

    private(set) var storedCount: UInt64 {
        get { buffer.load(UInt64.self, at: Field.count) }
        set { buffer.store(newValue, at: Field.count) }
    }

    var linesLength: UInt64? { head - tail }

    func appendLines(_ cursor: inout SampleCursor, wanted: Int, to text: inout [UInt8]) {
        if cursor.offset < tail {
            if cursor.offset > 0 {
                text.append(contentsOf: "missed bytes=\(tail - cursor.offset)\n".utf8)
            }
            cursor.offset = tail
        }
        let start = text.count
        while cursor.offset < head, text.count - start < wanted || text.last != Self.newline {
            text.append(byte(at: cursor.offset))
            cursor.offset += 1
        }
    }

    private static let newline = UInt8(ascii: "\n")

    /// Where the next line goes, counted from the first line ever.
    private var head: UInt64 {
        get { buffer.load(UInt64.self, at: Field.head) }
        set { buffer.store(newValue, at: Field.head) }
    }

    /// Where the oldest line begins.
    private var tail: UInt64 {
        get { buffer.load(UInt64.self, at: Field.tail) }
        set { buffer.store(newValue, at: Field.tail) }
    }

    /// Lines that made room for others.
    private var overwritten: UInt64 {
        get { buffer.load(UInt64.self, at: Field.overwritten) }
        set { buffer.store(newValue, at: Field.overwritten) }
    }

    private func place(_ position: UInt64) -> Int {
        BufferHeader.size + Int(position % capacity)
    }

    private func byte(at position: UInt64) -> UInt8 {
        buffer.load(UInt8.self, at: place(position))
    }

    private func append(_ line: [UInt8]) {
        let length = UInt64(line.count)
        while capacity - (head - tail) < length { dropOldest() }
        let first = min(line.count, BufferHeader.size + Int(capacity) - place(head))
        buffer.store(line[..<first], at: place(head))
        buffer.markChanged(place(head)..<place(head) + first)
        if first < line.count {
            buffer.store(line[first...], at: BufferHeader.size)
            buffer.markChanged(BufferHeader.size..<BufferHeader.size + line.count - first)
        }
        head += length
        storedCount += 1
    }

    private func dropOldest() {
        while byte(at: tail) != Self.newline { tail += 1 }
        tail += 1
        storedCount -= 1
        overwritten += 1
    }
}
