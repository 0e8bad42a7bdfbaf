internal import CPerfEvent
internal import Glibc
internal import LinuxSupport
internal import SystemPackage

/// The memory into which the kernel writes the samples of a session.
///
/// The mapping keeps its event alive: it is unmapped before the event's descriptor is closed.
struct PerfRing: ~Copyable {
    private let descriptor: OwnedDescriptor
    private let base: UnsafeMutableRawPointer
    private let dataSize: Int

    private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// Maps a ring for an event, which it takes over.
    ///
    /// - Parameter pages: pages of data, a power of two.
    init(_ event: consuming OwnedDescriptor, pages: Int) throws(Errno) {
        let size = (1 + pages) * Self.pageSize
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, event.raw, 0)
        guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw Errno(rawValue: errno)
        }
        base = memory
        dataSize = pages * Self.pageSize
        descriptor = event
    }

    deinit {
        munmap(base, dataSize + Self.pageSize)
    }

    /// The event that owns the ring; others send their samples to it.
    var event: Int32 { descriptor.raw }

    /// Takes the records that have been written since the last call, oldest first.
    ///
    /// - Parameters:
    ///   - records: gets whole records with their headers, one behind the other.
    ///   - limit: bytes after which no further record is taken.
    /// - Returns: whether the ring is empty now.
    func drain(into records: inout [UInt8], atMost limit: Int) -> Bool {
        let page = base.assumingMemoryBound(to: perf_event_mmap_page.self)
        let data = UnsafeRawBufferPointer(start: base + Self.pageSize, count: dataSize)
        let head = cperf_ring_head(page)
        let tail = page.pointee.data_tail
        guard tail < head else { return true }
        let offset = Int(tail % UInt64(dataSize))
        var size = min(Int(head - tail), dataSize)
        let isWhole = size <= limit
        if !isWhole { size = Self.length(ofRecordsIn: data, from: offset, size: size, limit) }
        let first = min(size, dataSize - offset)
        records.append(contentsOf: data[offset..<offset + first])
        records.append(contentsOf: data[..<(size - first)])
        cperf_ring_set_tail(page, isWhole ? head : tail + UInt64(size))
        return isWhole
    }

    /// Bytes of the records that begin within the limit. Records are multiples of 8 bytes, so a
    /// header never wraps.
    private static func length(
        ofRecordsIn data: UnsafeRawBufferPointer,
        from offset: Int,
        size: Int,
        _ limit: Int
    ) -> Int {
        var length = 0
        while length < limit {
            let place = (offset + length) % data.count + 6
            let record = Int(data.loadUnaligned(fromByteOffset: place, as: UInt16.self))
            guard record >= 8, length + record <= size else { return size }
            length += record
        }
        return length
    }
}
