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

    /// Hands over every record that has been written since the last call, oldest first.
    ///
    /// - Parameter body: gets a whole record with its header; valid during the call only.
    func drain(_ body: (UnsafeRawBufferPointer) -> Void) {
        let page = base.assumingMemoryBound(to: perf_event_mmap_page.self)
        let data = UnsafeRawBufferPointer(start: base + Self.pageSize, count: dataSize)
        let head = cperf_ring_head(page)
        var tail = page.pointee.data_tail
        guard tail != head else { return }
        while tail < head {
            let offset = Int(tail % UInt64(dataSize))
            // Records are multiples of 8 bytes, so a header never wraps.
            let size = Int(data.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
            guard size >= 8, UInt64(size) <= head - tail else { break }
            if offset + size <= dataSize {
                body(UnsafeRawBufferPointer(rebasing: data[offset..<offset + size]))
            } else {
                withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { whole in
                    let first = dataSize - offset
                    whole.copyMemory(from: UnsafeRawBufferPointer(rebasing: data[offset...]))
                    UnsafeMutableRawBufferPointer(rebasing: whole[first...])
                        .copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: data[..<(size - first)])
                        )
                    body(UnsafeRawBufferPointer(whole))
                }
            }
            tail += UInt64(size)
        }
        cperf_ring_set_tail(page, head)
    }
}
