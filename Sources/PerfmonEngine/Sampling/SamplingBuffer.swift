internal import Glibc
internal import PerfmonModel
internal import SystemPackage

/// The memory that a format fills: zeros at first, whole pages, little endian like the original.
package final class SamplingBuffer {
    /// Bytes, rounded up to whole pages.
    package let size: Int
    private var memory: UnsafeMutableRawBufferPointer
    /// Bytes that changed since `takeChanges`; empty while nobody follows the buffer.
    private var changed: Range<Int>?
    /// Those who want to hear of changes.
    private var followers = 0

    /// Bytes of a page.
    package static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// A size in whole pages; nil when it does not fit into the address space.
    static func wholePages(_ size: UInt64) -> UInt64? {
        let page = UInt64(pageSize)
        let (sum, overflow) = size.addingReportingOverflow(page - 1)
        guard !overflow, sum < 1 << 62 else { return nil }
        return sum / page * page
    }

    /// - Parameter size: whole pages; 0: no buffer at all.
    /// - Throws: ENOMEM when the system has not that much.
    init(size: UInt64) throws(PfmError) {
        let length = Int(clamping: size)
        guard length > 0 else {
            self.size = 0
            memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        let pages = mmap(
            nil,
            length,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let pages, pages != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw PfmError(
                .noMemory,
                "the system has no \(size) bytes for a sampling buffer",
                hint: "ask for less"
            )
        }
        self.size = length
        memory = UnsafeMutableRawBufferPointer(start: pages, count: length)
    }

    deinit {
        free()
    }

    /// Gives the memory back, whoever still knows the buffer. Nothing may be stored any more.
    func free() {
        guard let start = memory.baseAddress else { return }
        munmap(start, memory.count)
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    /// The whole buffer, until the next change; empty once it is freed.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    /// Writes a number at an offset.
    @inline(__always)
    package func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }

    /// The number at an offset.
    @inline(__always)
    package func load<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        Value(littleEndian: memory.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// Writes bytes at an offset.
    package func store(_ bytes: some Collection<UInt8>, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + bytes.count])
            .copyBytes(from: bytes)
    }

    /// Notes that a part behind the header was written, for those who have it mapped.
    @inline(__always)
    package func markChanged(_ range: Range<Int>) {
        guard followers > 0 else { return }
        if let known = changed {
            changed =
                min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
        } else {
            changed = range
        }
    }

    /// Begins to note changes, for one more follower.
    package func follow() {
        followers += 1
    }

    /// Ends what `follow` began.
    package func unfollow() {
        followers -= 1
        if followers == 0 { changed = nil }
    }

    /// The part that changed since the last call, the header left aside; nil when nothing did.
    package func takeChanges() -> Range<Int>? {
        defer { changed = nil }
        return changed
    }
}
