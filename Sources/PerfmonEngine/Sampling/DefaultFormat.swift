internal import SystemPackage

/// perfmon2's `default` format, byte for byte: entries one behind the other until there is no room
/// for the largest one; then monitoring is masked until the user has read them and restarts.
final class DefaultFormat: SamplingFormat {
    static let about = FormatDescription(
        name: "default",
        summary: "perfmon2's own format: entries in order until the buffer is full, which masks "
            + "monitoring until restart.",
        arguments: [
            .bufferSize(),
            FormatArgument(
                "buf_flags",
                .number,
                defaultValue: 0,
                summary: "32 bits that the buffer's header repeats."
            ),
        ],
        views: [.stream, .profile]
    )

    private static let version: UInt32 = 0x0001_0000

    private let buffer: SamplingBuffer
    private let fields: BufferHeader
    private var layouts = EntryLayouts()
    private(set) var epoch: UInt64 = 0

    static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError) {
        let minimum = UInt64(BufferHeader.size) + Entry.largest(for: setting)
        guard arguments["buf_size"] >= minimum else {
            throw PfmError(
                .invalidArgument,
                "a buffer of \(arguments["buf_size"]) bytes has no room for one sample",
                hint: "\(minimum) is the smallest buf_size",
                subject: "buf_size=\(arguments["buf_size"])"
            )
        }
        guard arguments["buf_flags"] <= UInt64(UInt32.max) else {
            throw PfmError(
                .invalidArgument,
                "buf_flags has 32 bits",
                subject: "buf_flags=\(arguments["buf_flags"])"
            )
        }
    }

    static func bufferSize(_ arguments: FormatArguments, for setting: FormatSetting) -> UInt64 {
        arguments["buf_size"]
    }

    init(_ arguments: FormatArguments, buffer: SamplingBuffer, for setting: FormatSetting) {
        self.buffer = buffer
        fields = BufferHeader(
            in: buffer,
            size: arguments["buf_size"],
            minimumSpace: Entry.largest(for: setting),
            version: Self.version,
            flags: UInt32(truncatingIfNeeded: arguments["buf_flags"])
        )
    }

    func handle(_ overflow: borrowing Overflow, values: Span<UInt64>) -> HandlerAnswer {
        guard fields.free >= fields.minimumSpace else { return full() }
        let offset = Int(fields.currentOffset)
        layouts.note(overflow, at: offset)
        let end = Entry.store(overflow, values, in: buffer, at: offset)
        buffer.markChanged(offset..<end)
        fields.count += 1
        fields.currentOffset = UInt64(end)
        return fields.free < fields.minimumSpace ? full() : .stored
    }

    private func full() -> HandlerAnswer {
        fields.overflows += 1
        return .full
    }

    func restart(isActive: Bool, control: inout OverflowControl) -> Bool {
        fields.count = 0
        fields.currentOffset = UInt64(BufferHeader.size)
        layouts = EntryLayouts()
        epoch += 1
        control = .reset
        return true
    }

    var header: [(key: String, value: UInt64)] { fields.fields }

    var storedCount: UInt64 { fields.count }

    func next(_ cursor: inout SampleCursor, _ sample: inout Sample) -> Bool {
        if cursor.epoch != epoch || cursor.offset < UInt64(BufferHeader.size) {
            cursor = SampleCursor(epoch: epoch, offset: UInt64(BufferHeader.size))
        }
        guard cursor.offset < fields.currentOffset else { return false }
        let offset = Int(cursor.offset)
        Entry.load(&sample, from: buffer, at: offset)
        sample.registers = layouts.registers(pmd: sample.pmd, set: sample.set, at: offset)
        cursor.offset = UInt64(Entry.loadValues(&sample, from: buffer, at: offset + Entry.size))
        return true
    }
}

/// An entry of the default format (`struct pfm_dfl_smpl_entry`); the values of the recorded
/// registers follow it.
enum Entry {
    /// Bytes without values.
    static let size = 40

    /// Bytes of an entry with every implemented PMD.
    static func largest(for setting: FormatSetting) -> UInt64 {
        UInt64(size + 8 * setting.registerCount)
    }

    /// Writes an entry.
    ///
    /// - Returns: the offset behind it.
    static func store(
        _ overflow: borrowing Overflow,
        _ values: Span<UInt64>,
        in buffer: SamplingBuffer,
        at offset: Int
    ) -> Int {
        // The field named pid holds the thread id, as the original assigned it.
        buffer.store(overflow.place.tid, at: offset)
        buffer.store(UInt16(truncatingIfNeeded: overflow.pmd), at: offset + 4)
        buffer.store(overflow.lastReset, at: offset + 8)
        buffer.store(overflow.place.ip, at: offset + 16)
        buffer.store(overflow.time, at: offset + 24)
        buffer.store(UInt16(truncatingIfNeeded: overflow.place.cpu), at: offset + 32)
        buffer.store(overflow.set, at: offset + 34)
        buffer.store(overflow.place.pid, at: offset + 36)
        var end = offset + size
        for index in values.indices {
            buffer.store(values[index], at: end)
            end += 8
        }
        return end
    }

    /// Reads all but the values of an entry.
    static func load(_ sample: inout Sample, from buffer: SamplingBuffer, at offset: Int) {
        sample.tid = buffer.load(Int32.self, at: offset)
        sample.pmd = Int(buffer.load(UInt16.self, at: offset + 4))
        sample.lastReset = buffer.load(UInt64.self, at: offset + 8)
        sample.ip = buffer.load(UInt64.self, at: offset + 16)
        sample.time = buffer.load(UInt64.self, at: offset + 24)
        sample.cpu = Int(buffer.load(UInt16.self, at: offset + 32))
        sample.set = buffer.load(UInt16.self, at: offset + 34)
        sample.pid = buffer.load(Int32.self, at: offset + 36)
        sample.weight = 1
        sample.callChain.removeAll(keepingCapacity: true)
    }

    /// Reads the values of the sample's registers.
    ///
    /// - Returns: the offset behind them.
    static func loadValues(
        _ sample: inout Sample,
        from buffer: SamplingBuffer,
        at offset: Int
    ) -> Int {
        sample.values.removeAll(keepingCapacity: true)
        var end = offset
        for _ in sample.registers {
            sample.values.append(buffer.load(UInt64.self, at: end))
            end += 8
        }
        return end
    }
}

/// Which registers the entries of a buffer hold: the entries do not say it themselves, and a user
/// may change `smpl_pmds` while the buffer fills.
struct EntryLayouts {
    private struct Layout {
        let start: Int
        let pmd: Int
        let set: UInt16
        let registers: RegisterSet
    }

    private var layouts: [Layout] = []
    private var last: Layout?

    /// Notes the registers of the entry at an offset, if they are not those of the one before.
    mutating func note(_ overflow: borrowing Overflow, at offset: Int) {
        if let last, last.pmd == overflow.pmd, last.set == overflow.set,
            last.registers == overflow.sampled
        {
            return
        }
        let layout = Layout(
            start: offset,
            pmd: overflow.pmd,
            set: overflow.set,
            registers: overflow.sampled
        )
        last = layout
        guard registers(pmd: layout.pmd, set: layout.set, at: offset) != layout.registers else {
            return
        }
        layouts.append(layout)
    }

    /// The registers of the entry at an offset.
    func registers(pmd: Int, set: UInt16, at offset: Int) -> RegisterSet {
        let layout = layouts.last { $0.start <= offset && $0.pmd == pmd && $0.set == set }
        return layout?.registers ?? []
    }
}
