internal import PerfmonModel
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
        guard fields.hasRoom else { return fields.declareFull() }
        let offset = Int(fields.currentOffset)
        layouts.note(overflow, at: offset)
        Entry.store(overflow, in: buffer, at: offset)
        let end = Entry.storeValues(values, in: buffer, at: offset + Entry.size)
        buffer.markChanged(offset..<end)
        return fields.addEntry(upTo: end)
    }

    func restart(isActive: Bool, control: inout OverflowControl) -> Bool {
        fields.clear()
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
        layouts.complete(&sample, at: offset)
        cursor.offset = UInt64(Entry.loadValues(&sample, from: buffer, at: offset + Entry.size))
        return true
    }
}
