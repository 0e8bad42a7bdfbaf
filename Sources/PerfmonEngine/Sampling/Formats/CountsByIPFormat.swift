internal import PerfmonModel
internal import SystemPackage

/// A histogram: how often each process was caught at each instruction. No sample is stored, so the
/// buffer only fills with places, and never masks. Not perfmon2's.
///
/// Behind the header the buffer is a table of 32-byte slots; one whose count is 0 is free. A
/// restart empties it.
final class CountsByIPFormat: SamplingFormat {
    static let about = FormatDescription(
        name: "counts_by_ip",
        summary: "Counts the samples of each instruction; nothing else is stored.",
        arguments: [.bufferSize(defaultValue: 1 << 18)],
        views: .profile
    )

    private enum Field {
        static let count = 0
        static let samples = 8
        static let missed = 16
        static let bufferSize = 24
        static let slots = 32
    }

    private enum Slot {
        static let size = 32
        static let ip = 0
        static let pid = 8
        static let pmd = 12
        static let set = 14
        static let count = 16
        static let events = 24
    }

    /// Slots that are looked at before a place counts as having none.
    private static let longestSearch = 64

    private let buffer: SamplingBuffer
    private let size: UInt64
    private let slots: Int
    private(set) var epoch: UInt64 = 0

    static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError) {
        let minimum = UInt64(BufferHeader.size + Slot.size)
        guard arguments["buf_size"] >= minimum else {
            throw PfmError(
                .invalidArgument,
                "a buffer of \(arguments["buf_size"]) bytes has no room for one place",
                hint: "\(minimum) is the smallest buf_size",
                subject: "buf_size=\(arguments["buf_size"])"
            )
        }
    }

    static func bufferSize(_ arguments: FormatArguments, for setting: FormatSetting) -> UInt64 {
        arguments["buf_size"]
    }

    init(_ arguments: FormatArguments, buffer: SamplingBuffer, for setting: FormatSetting) {
        self.buffer = buffer
        size = arguments["buf_size"]
        slots = (Int(size) - BufferHeader.size) / Slot.size
        buffer.store(size, at: Field.bufferSize)
        buffer.store(UInt64(slots), at: Field.slots)
    }

    func handle(_ overflow: borrowing Overflow, values: Span<UInt64>) -> HandlerAnswer {
        add(1, to: Field.samples)
        guard let slot = slot(for: overflow) else {
            add(1, to: Field.missed)
            return .stored
        }
        add(1, to: slot + Slot.count)
        add(overflow.period, to: slot + Slot.events)
        buffer.markChanged(slot..<slot + Slot.size)
        return .stored
    }

    func restart(isActive: Bool, control: inout OverflowControl) -> Bool {
        for slot in 0..<slots { buffer.store(UInt64(0), at: offset(of: slot) + Slot.count) }
        for field in [Field.count, Field.samples, Field.missed] {
            buffer.store(UInt64(0), at: field)
        }
        buffer.markChanged(BufferHeader.size..<offset(of: slots))
        epoch += 1
        control = .reset
        return true
    }

    var header: [(key: String, value: UInt64)] {
        [
            ("hdr_count", storedCount),
            ("hdr_samples", buffer.load(UInt64.self, at: Field.samples)),
            ("hdr_missed", buffer.load(UInt64.self, at: Field.missed)),
            ("hdr_buf_size", size),
            ("hdr_slots", UInt64(slots)),
        ]
    }

    /// Slots in use.
    var storedCount: UInt64 { buffer.load(UInt64.self, at: Field.count) }

    /// A sample for each slot in use, which stands for as many as were counted there.
    func next(_ cursor: inout SampleCursor, _ sample: inout Sample) -> Bool {
        if cursor.epoch != epoch { cursor = SampleCursor(epoch: epoch) }
        while cursor.offset < UInt64(slots) {
            let slot = offset(of: Int(cursor.offset))
            cursor.offset += 1
            let count = buffer.load(UInt64.self, at: slot + Slot.count)
            guard count > 0 else { continue }
            sample = Sample()
            sample.ip = buffer.load(UInt64.self, at: slot + Slot.ip)
            sample.pid = buffer.load(Int32.self, at: slot + Slot.pid)
            sample.tid = sample.pid
            sample.pmd = Int(buffer.load(UInt16.self, at: slot + Slot.pmd))
            sample.set = buffer.load(UInt16.self, at: slot + Slot.set)
            sample.lastReset = 0 &- buffer.load(UInt64.self, at: slot + Slot.events)
            sample.weight = count
            return true
        }
        return false
    }

    func appendLines(_ cursor: inout SampleCursor, wanted: Int, to text: inout [UInt8]) {
        var sample = Sample()
        let start = text.count
        while text.count - start < wanted, next(&cursor, &sample) {
            let line =
                "count=\(sample.weight) events=\(sample.period) pid=\(sample.pid) "
                + "ip=0x\(String(sample.ip, radix: 16)) set=\(sample.set) pmd=\(sample.pmd)\n"
            text.append(contentsOf: line.utf8)
        }
    }

    private func offset(of slot: Int) -> Int {
        BufferHeader.size + slot * Slot.size
    }

    private func add(_ amount: UInt64, to offset: Int) {
        buffer.store(buffer.load(UInt64.self, at: offset) &+ amount, at: offset)
    }

    /// Where the slot of an overflow's place is; a new one if it has none. nil: there is no room.
    private func slot(for overflow: borrowing Overflow) -> Int? {
        let key =
            UInt64(truncatingIfNeeded: overflow.pmd) << 48 ^ UInt64(overflow.set) << 32
            ^ UInt64(UInt32(bitPattern: overflow.place.pid))
        var hash = (overflow.place.ip ^ key) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 32
        for step in 0..<min(slots, Self.longestSearch) {
            let slot = offset(of: Int((hash &+ UInt64(step)) % UInt64(slots)))
            if buffer.load(UInt64.self, at: slot + Slot.count) == 0 {
                buffer.store(overflow.place.ip, at: slot + Slot.ip)
                buffer.store(overflow.place.pid, at: slot + Slot.pid)
                buffer.store(UInt16(truncatingIfNeeded: overflow.pmd), at: slot + Slot.pmd)
                buffer.store(overflow.set, at: slot + Slot.set)
                buffer.store(UInt64(0), at: slot + Slot.events)
                add(1, to: Field.count)
                return slot
            }
            if holds(slot, overflow) { return slot }
        }
        return nil
    }

    private func holds(_ slot: Int, _ overflow: borrowing Overflow) -> Bool {
        buffer.load(UInt64.self, at: slot + Slot.ip) == overflow.place.ip
            && buffer.load(Int32.self, at: slot + Slot.pid) == overflow.place.pid
            && buffer.load(UInt16.self, at: slot + Slot.pmd) == UInt16(overflow.pmd)
            && buffer.load(UInt16.self, at: slot + Slot.set) == overflow.set
    }
}
