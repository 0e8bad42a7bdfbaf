/// The first 128 bytes of a buffer, in the layout of perfmon2's default format
/// (`struct pfm_dfl_smpl_hdr`); our own formats begin with the same fields.
struct BufferHeader {
    /// Bytes of the header.
    static let size = 128

    private let buffer: SamplingBuffer

    private enum Field {
        static let count = 0
        static let currentOffset = 8
        static let overflows = 16
        static let bufferSize = 24
        static let minimumSpace = 32
        static let version = 40
        static let flags = 44
    }

    /// Writes the header of an empty buffer.
    ///
    /// - Parameters:
    ///   - size: as it was asked for, not rounded to pages.
    ///   - minimumSpace: bytes of the largest entry.
    init(
        in buffer: SamplingBuffer,
        size: UInt64,
        minimumSpace: UInt64,
        version: UInt32,
        flags: UInt32
    ) {
        self.buffer = buffer
        buffer.store(size, at: Field.bufferSize)
        buffer.store(minimumSpace, at: Field.minimumSpace)
        buffer.store(version, at: Field.version)
        buffer.store(flags, at: Field.flags)
        currentOffset = UInt64(Self.size)
    }

    /// Entries that are valid (`hdr_count`).
    var count: UInt64 {
        get { buffer.load(UInt64.self, at: Field.count) }
        nonmutating set { buffer.store(newValue, at: Field.count) }
    }

    /// The next free byte (`hdr_cur_offs`).
    var currentOffset: UInt64 {
        get { buffer.load(UInt64.self, at: Field.currentOffset) }
        nonmutating set { buffer.store(newValue, at: Field.currentOffset) }
    }

    /// Times the buffer became full (`hdr_overflows`).
    var overflows: UInt64 {
        get { buffer.load(UInt64.self, at: Field.overflows) }
        nonmutating set { buffer.store(newValue, at: Field.overflows) }
    }

    /// Bytes that were asked for (`hdr_buf_size`).
    var bufferSize: UInt64 { buffer.load(UInt64.self, at: Field.bufferSize) }

    /// Bytes of the largest entry (`hdr_min_buf_space`).
    var minimumSpace: UInt64 { buffer.load(UInt64.self, at: Field.minimumSpace) }

    /// Whether the largest entry fits behind the last one.
    var hasRoom: Bool { bufferSize - currentOffset >= minimumSpace }

    /// Takes note of an entry that ends at an offset.
    ///
    /// - Returns: `.full` when there is no room for another one.
    func addEntry(upTo end: Int) -> HandlerAnswer {
        count += 1
        currentOffset = UInt64(end)
        return hasRoom ? .stored : declareFull()
    }

    /// Counts that the buffer became full.
    func declareFull() -> HandlerAnswer {
        overflows += 1
        return .full
    }

    /// Forgets all entries; their bytes stay.
    func clear() {
        count = 0
        currentOffset = UInt64(Self.size)
    }

    /// The fields by their original names, in their order.
    var fields: [(key: String, value: UInt64)] {
        [
            ("hdr_count", count),
            ("hdr_cur_offs", currentOffset),
            ("hdr_overflows", overflows),
            ("hdr_buf_size", bufferSize),
            ("hdr_min_buf_space", minimumSpace),
            ("hdr_version", UInt64(buffer.load(UInt32.self, at: Field.version))),
            ("hdr_buf_flags", UInt64(buffer.load(UInt32.self, at: Field.flags))),
        ]
    }
}
