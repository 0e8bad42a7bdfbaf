import FuseKit
import PerfmonEngine
import PerfmonModel
internal import SystemPackage

/// What the kernel knows of a sampling buffer: the pages of it that programs have mapped or read.
///
/// Entries are pushed before the header that counts them, so that a program which watches the
/// header in its mapping never looks at an entry that is not there yet. While nobody has read the
/// file since it was opened the kernel has no pages, and nothing is pushed.
final class BufferPages: CachedContent {
    private unowned let subject: SamplingNode
    private var openFiles = 0
    /// The kernel has pages.
    private var isFollowed = false
    /// The header that the kernel may have: no entry behind it is missing from its pages.
    private var header: [UInt8] = []
    /// What is left of the round: entries, then the header that belongs to them.
    private var rest: Range<Int>?
    private var nextHeader: [UInt8]?
    private(set) var isBehind = false

    /// Bytes that are copied at once, under the lock.
    private static let pieceSize = 1 << 18
    /// Bytes of the header of every format.
    private static let headerSize = 128

    init(_ subject: SamplingNode) {
        self.subject = subject
    }

    private var buffer: SamplingBuffer { subject.sampling.buffer }

    func refresh() throws(Errno) {
        guard !subject.isGone else { throw .removed }
        subject.refresh()
    }

    /// One more open file.
    func opened() {
        openFiles += 1
        subject.node.engine.hold(subject.sampling)
    }

    /// One open file less; mappings hold it open.
    func closed() {
        openFiles -= 1
        if openFiles == 0, isFollowed {
            buffer.unfollow()
            isFollowed = false
            isBehind = false
            rest = nil
            nextHeader = nil
        }
        subject.node.engine.letGo(subject.sampling)
    }

    /// Something was stored in the buffer.
    func changed() {
        guard isFollowed, !isBehind else { return }
        isBehind = true
        let context = subject.context
        subject.node.services.contentChanged(
            at: ["contexts", context.name, "smpl", "buffer"],
            self
        )
    }

    /// Answers a read for a page that the kernel has not.
    func reply(to request: consuming ReadRequest) {
        if !isFollowed {
            if !subject.isGone { subject.refresh() }
            isFollowed = true
            buffer.follow()
            header = currentHeader
        }
        let bytes = buffer.bytes
        let first = min(max(request.offset, 0), bytes.count)
        let length = min(request.size, bytes.count - first)
        let part = UnsafeRawBufferPointer(rebasing: bytes[first..<first + length])
        guard isBehind, first < header.count else {
            return request.reply(part.bindMemory(to: UInt8.self).span)
        }
        var copy = [UInt8](part)
        let known = header[first..<min(header.count, first + length)]
        copy.replaceSubrange(0..<known.count, with: known)
        request.reply(copy.span)
    }

    func nextPiece() -> CachedPiece? {
        guard isFollowed else { return nil }
        if nextHeader == nil {
            guard isBehind else { return nil }
            isBehind = false
            rest = buffer.takeChanges()
            nextHeader = currentHeader
        }
        if let entries = nextEntries() { return entries }
        guard let next = nextHeader else { return nil }
        if header == next {
            nextHeader = nil
            return nil
        }
        header = next
        return CachedPiece(offset: 0, bytes: next)
    }

    private func nextEntries() -> CachedPiece? {
        guard let range = rest, !range.isEmpty else { return nil }
        let end = min(range.upperBound, range.lowerBound + Self.pieceSize)
        rest = end..<range.upperBound
        return CachedPiece(
            offset: range.lowerBound,
            bytes: [UInt8](buffer.bytes[range.lowerBound..<end])
        )
    }

    private var currentHeader: [UInt8] {
        [UInt8](buffer.bytes.prefix(Self.headerSize))
    }
}
