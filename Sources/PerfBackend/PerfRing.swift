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

    /// Takes every record that has been written since the last call, oldest first.
    ///
    /// - Parameter records: gets whole records with their headers, one behind the other.
    func drain(into records: inout [UInt8]) {
        let page = base.assumingMemoryBound(to: perf_event_mmap_page.self)
        let data = UnsafeRawBufferPointer(start: base + Self.pageSize, count: dataSize)
        let head = cperf_ring_head(page)
        let tail = page.pointee.data_tail
        guard tail < head else { return }
        let offset = Int(tail % UInt64(dataSize))
        let size = min(Int(head - tail), dataSize)
        let first = min(size, dataSize - offset)
        records.append(contentsOf: data[offset..<offset + first])
        records.append(contentsOf: data[..<(size - first)])
        cperf_ring_set_tail(page, head)
    }
}
