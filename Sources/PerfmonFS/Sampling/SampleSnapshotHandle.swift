import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// An open file that shows all stored samples, rendered piece by piece as it is read, so that a
/// large buffer neither holds up others nor takes memory twice.
final class SampleSnapshotHandle: FileHandle {
    private let subject: SamplingNode
    private let makeWriter: () -> any SampleWriter
    private var writer: any SampleWriter
    private var cursor = SampleCursor()
    private var epoch: UInt64 = 0
    /// The piece that was rendered last.
    private var piece: [UInt8] = []
    /// Where it begins in the file.
    private var start = 0

    /// Bytes of a piece, more or less.
    private static let pieceSize = 1 << 17

    init(_ subject: SamplingNode, _ makeWriter: @escaping () -> any SampleWriter) {
        self.subject = subject
        self.makeWriter = makeWriter
        writer = makeWriter()
        begin()
    }

    func read(_ request: consuming ReadRequest) {
        guard !subject.isGone else { return request.fail(.removed) }
        if request.offset < start || request.offset == 0 && cursor != SampleCursor() {
            writer = makeWriter()
            begin()
        }
        while request.offset >= start + piece.count {
            // Another pass began while this one was read: the rest of it is gone.
            guard epoch == subject.format.epoch else { return request.fail(.staleNFSFileHandle) }
            start += piece.count
            piece.removeAll(keepingCapacity: true)
            writer.append(&cursor, wanted: Self.pieceSize, to: &piece)
            if piece.isEmpty { break }
        }
        let piece = piece
        let first = min(max(request.offset - start, 0), piece.count)
        request.reply(piece.span.extracting(first..<piece.count))
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        .readable
    }

    func release() {}

    private func begin() {
        subject.refresh()
        cursor = SampleCursor()
        epoch = subject.format.epoch
        start = 0
        piece.removeAll(keepingCapacity: true)
        writer.begin(&piece)
    }
}
