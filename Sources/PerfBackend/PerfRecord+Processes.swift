internal import CPerfEvent
internal import PerfmonEngine
internal import PerfmonModel

/// Records that tell of processes. Only the ring's own event asks for them.
extension PerfRecord {
    /// The `sample_type` of that event: thread and time end each of its records.
    static let trailerType = UInt64(PERF_SAMPLE_TID.rawValue | PERF_SAMPLE_TIME.rawValue)

    private static let trailerSize = 16

    /// Decodes a record; nil for other kinds and for records cut short.
    static func process(
        _ bytes: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer
    ) -> (kind: BackendEvent.Kind, time: UInt64)? {
        let misc = bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        guard body.count >= trailerSize + 8 else { return nil }
        let time = body.loadUnaligned(fromByteOffset: body.count - 8, as: UInt64.self)
        let fields = UnsafeRawBufferPointer(rebasing: body[..<(body.count - trailerSize)])
        switch bytes.loadUnaligned(as: UInt32.self) {
        case PERF_RECORD_COMM.rawValue:
            return (.named(named(fields, misc: misc)), time)
        case PERF_RECORD_MMAP2.rawValue:
            return mapped(fields, misc: misc).map { (.mapped($0), time) }
        case PERF_RECORD_FORK.rawValue:
            return forked(fields).map { (.forked($0), time) }
        default:
            return nil
        }
    }

    private static func named(_ fields: UnsafeRawBufferPointer, misc: UInt16) -> NamedThread {
        NamedThread(
            pid: fields.loadUnaligned(as: Int32.self),
            tid: fields.loadUnaligned(fromByteOffset: 4, as: Int32.self),
            name: text(fields[8...]),
            isExec: misc & UInt16(PERF_RECORD_MISC_COMM_EXEC) != 0
        )
    }

    private static func mapped(_ fields: UnsafeRawBufferPointer, misc: UInt16) -> MappedCode? {
        guard fields.count > 64 else { return nil }
        let buildID: [UInt8]
        if misc & UInt16(PERF_RECORD_MISC_MMAP_BUILD_ID) != 0 {
            let length = min(Int(fields[32]), 20)
            buildID = [UInt8](fields[36..<36 + length])
        } else {
            buildID = []
        }
        let hasInode = buildID.isEmpty
        func word(_ offset: Int) -> UInt64 {
            fields.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        func half(_ offset: Int) -> UInt32 {
            fields.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        }
        return MappedCode(
            pid: Int32(bitPattern: half(0)),
            tid: Int32(bitPattern: half(4)),
            address: word(8),
            length: word(16),
            offset: word(24),
            major: hasInode ? half(32) : 0,
            minor: hasInode ? half(36) : 0,
            inode: hasInode ? word(40) : 0,
            buildID: buildID,
            protection: half(56),
            flags: half(60),
            path: text(fields[64...])
        )
    }

    private static func forked(_ fields: UnsafeRawBufferPointer) -> ForkedThread? {
        guard fields.count >= 16 else { return nil }
        func id(_ index: Int) -> Int32 {
            fields.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)
        }
        return ForkedThread(pid: id(0), parentPid: id(1), tid: id(2), parentTid: id(3))
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
