internal import PerfmonModel
internal import SystemPackage

/// Samples with their call chains, otherwise as the default format. Not perfmon2's.
///
/// The buffer begins with the header of the default format. An entry is 48 bytes, the values of
/// the recorded registers, and the return addresses, innermost first; docs/sampling.md has the
/// layout.
final class StacksFormat: SamplingFormat {
    static let about = FormatDescription(
        name: "stacks",
        summary: "As default, with the call chain of each sample.",
        arguments: [
            .bufferSize(defaultValue: 1 << 20),
            FormatArgument(
                "depth",
                .number,
                defaultValue: 127,
                summary: "Return addresses that are kept of a call chain, 1 to 1024."
            ),
        ],
        views: [.stream, .profile],
        wantsCallChains: true
    )

    private static let version: UInt32 = 0x0001_0000

    private enum Field {
        static let frames = 6
        static let values = 40
    }

    /// Bytes of an entry without values and addresses.
    private static let entrySize = 48

    private let buffer: SamplingBuffer
    private let fields: BufferHeader
    private let depth: Int
    private var layouts = EntryLayouts()
    private(set) var epoch: UInt64 = 0

    static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError) {
        guard (1...1024).contains(arguments["depth"]) else {
            throw PfmError(
                .invalidArgument,
                "a depth of \(arguments["depth"]) is not possible",
                hint: "1 to 1024 are",
                subject: "depth=\(arguments["depth"])"
            )
        }
        let minimum = UInt64(BufferHeader.size) + largestEntry(arguments, for: setting)
        guard arguments["buf_size"] >= minimum else {
            throw PfmError(
                .invalidArgument,
                "a buffer of \(arguments["buf_size"]) bytes has no room for one sample",
                hint: "\(minimum) is the smallest buf_size with this depth",
                subject: "buf_size=\(arguments["buf_size"])"
            )
        }
    }

    static func bufferSize(_ arguments: FormatArguments, for setting: FormatSetting) -> UInt64 {
        arguments["buf_size"]
    }

    private static func largestEntry(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) -> UInt64 {
        UInt64(entrySize + 8 * setting.registerCount) + 8 * arguments["depth"]
    }

    init(_ arguments: FormatArguments, buffer: SamplingBuffer, for setting: FormatSetting) {
        self.buffer = buffer
        depth = Int(arguments["depth"])
        fields = BufferHeader(
            in: buffer,
            size: arguments["buf_size"],
            minimumSpace: Self.largestEntry(arguments, for: setting),
            version: Self.version,
            flags: 0
        )
    }

    func handle(_ overflow: borrowing Overflow, values: Span<UInt64>) -> HandlerAnswer {
        guard fields.hasRoom else { return fields.declareFull() }
        let offset = Int(fields.currentOffset)
        layouts.note(overflow, at: offset)
        Entry.store(overflow, in: buffer, at: offset)
        let frames = overflow.place.callChain.prefix(depth)
        buffer.store(UInt16(frames.count), at: offset + Field.frames)
        buffer.store(UInt16(values.count), at: offset + Field.values)
        var end = Entry.storeValues(values, in: buffer, at: offset + Self.entrySize)
        for address in frames {
            buffer.store(address, at: end)
            end += 8
        }
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
        var end = Entry.loadValues(&sample, from: buffer, at: offset + Self.entrySize)
        for _ in 0..<buffer.load(UInt16.self, at: offset + Field.frames) {
            sample.callChain.append(buffer.load(UInt64.self, at: end))
            end += 8
        }
        cursor.offset = UInt64(end)
        return true
    }
}
