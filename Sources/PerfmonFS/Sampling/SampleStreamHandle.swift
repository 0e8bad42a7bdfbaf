import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// An open file that shows samples as they come and waits for more. Each open begins with what is
/// stored and sees every sample, whatever other readers do.
///
/// What was read stays for a while, because shells read a block and seek back in it.
final class SampleStreamHandle: FileHandle {
    private let subject: SamplingNode
    private var writer: any SampleWriter
    private var cursor = SampleCursor()
    private var text: [UInt8] = []
    /// Offset of the first byte that is still there.
    private var start = 0
    /// Offset behind the last byte that was read.
    private var position = 0
    private var isEnded = false
    /// Who opened the file, and what was noted as waiting for it.
    private let uid: UInt32
    private var noted = 0

    /// Bytes that stay behind the reader.
    private static let retained = 1 << 16
    /// Bytes that are taken at once.
    private static let pieceSize = 1 << 17

    init(_ subject: SamplingNode, _ writer: any SampleWriter, for client: Client) {
        self.subject = subject
        self.writer = writer
        uid = client.uid
        self.writer.begin(&text)
        subject.add(self)
    }

    func read(_ request: consuming ReadRequest) {
        let offset = request.offset
        if offset >= end { takeMore() }
        if offset < start {
            request.fail(.noData)
        } else if offset < end || isEnded {
            position = offset < end ? offset + min(request.size, end - offset) : end
            reply(to: request)
            trim()
        } else {
            subject.node.sampleWaiters.park(request, for: self)
        }
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        // Kept even when there is something to read: edge-triggered pollers ask only once.
        subject.node.sampleWaiters.notify(waker, for: self)
        if position >= end { takeMore() }
        if position < end { return .readable }
        return isEnded ? [.readable, .hangUp] : []
    }

    func release() {
        subject.node.sampleWaiters.forget(self)
        subject.remove(self)
        text = []
        noteBacklog()
    }

    /// Takes everything that is stored, because it is about to go. A reader that is far behind
    /// is told how much it misses instead.
    func takeAll() {
        let backlog = subject.node.backlog
        while backlog.hasRoom(for: uid) {
            let before = text.count
            writer.append(&cursor, wanted: Self.pieceSize, to: &text)
            noteBacklog()
            if text.count == before { return }
        }
        var missed: UInt64 = 0
        var sample = Sample()
        while subject.format.next(&cursor, &sample) { missed += 1 }
        if missed > 0 { writer.appendMissed(missed, to: &text) }
    }

    private func reply(to request: consuming ReadRequest) {
        let text = text
        let first = min(request.offset - start, text.count)
        request.reply(text.span.extracting(first..<text.count))
    }

    private var end: Int { start + text.count }

    private func takeMore() {
        guard !isEnded else { return }
        if subject.isGone {
            isEnded = true
            return
        }
        subject.refresh()
        let before = text.count
        writer.append(&cursor, wanted: Self.pieceSize, to: &text)
        noteBacklog()
        if text.count == before, subject.isEnded { isEnded = true }
    }

    private func noteBacklog() {
        subject.node.backlog.change(by: text.count - noted, for: uid)
        noted = text.count
    }

    private func trim() {
        let old = position - start - Self.retained
        guard old > Self.retained else { return }
        text.removeFirst(old)
        start += old
        noteBacklog()
    }
}
