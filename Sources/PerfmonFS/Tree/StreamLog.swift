import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// Where the logs of a consuming file take their text from, such as a queue of messages.
protocol StreamSupply: AnyObject {
    /// Whether there is anything to take.
    var hasMore: Bool { get }
    /// Whether nothing will follow what there is now.
    var isEnded: Bool { get }
    /// Moves whole records to the text until it has grown by about `wanted` bytes.
    func take(_ wanted: Int, into text: inout TextBuffer)
    /// The reader is gone; it has read up to an offset, counted from the first byte ever taken.
    func closed(readTo offset: Int)
}

/// What a waiting file has shown so far: bytes at absolute offsets, growing at the end.
///
/// One log may serve every open of a file, or each open its own: then a supply that all opens
/// share gives the log what it has not got yet, and what one reader took no other sees.
/// Reads stay seekable because shells read a block and seek back behind the line they wanted.
final class StreamLog {
    /// Wakes those who wait for the log to grow; shared between the logs of one queue.
    let waiters: WaitQueue
    private let supply: (any StreamSupply)?
    private let retention: Int
    private var text = TextBuffer(capacity: 256)
    /// Offset of the first byte that is still there.
    private(set) var start = 0
    /// Nothing will follow: readers at the end see the end of the file.
    private(set) var isClosed = false

    /// Makes an empty log that keeps at least `retaining` bytes behind its end.
    init(
        waiters: WaitQueue = WaitQueue(),
        retaining: Int = 1 << 16,
        supply: (any StreamSupply)? = nil
    ) {
        self.waiters = waiters
        self.retention = retaining
        self.supply = supply
    }

    /// Offset behind the last byte: all that was ever appended.
    var end: Int { start + text.count }

    /// Appends text and gives it to those who wait.
    func append(_ more: String) {
        append { $0.append(more) }
    }

    /// Appends what `body` writes and gives it to those who wait.
    func append(_ body: (inout TextBuffer) -> Void) {
        guard !isClosed else { return }
        body(&text)
        trim()
        waiters.wake()
    }

    /// Ends the log. What it holds stays readable.
    func close() {
        isClosed = true
        waiters.wake()
    }

    /// Opens the log for one reader.
    func open() -> any FileHandle {
        StreamHandle(self)
    }

    /// Answers a read, or parks it at the end of the log.
    fileprivate func answer(_ request: consuming ReadRequest, for handle: StreamHandle) {
        let offset = request.offset
        if offset >= end, !isClosed {
            takeMore(request.size)
        }
        if offset < start {
            request.fail(.noData)
        } else if offset < end || isClosed {
            let rest = max(end - offset, 0)
            handle.position = end - rest + min(request.size, rest)
            handle.furthest = max(handle.furthest, handle.position)
            request.reply(from: text, startingAt: start)
        } else {
            waiters.park(request, for: handle)
        }
    }

    /// Ends what `open` began.
    fileprivate func close(_ handle: StreamHandle) {
        waiters.forget(handle)
        supply?.closed(readTo: handle.furthest)
    }

    /// Whether a read at an offset would be answered at once.
    fileprivate func isReadable(at offset: Int) -> Bool {
        offset < end || isClosed || (supply?.hasMore ?? false) || (supply?.isEnded ?? false)
    }

    private func takeMore(_ wanted: Int) {
        guard let supply else { return }
        supply.take(wanted, into: &text)
        isClosed = supply.isEnded && !supply.hasMore
        trim()
    }

    /// Forgets old bytes once they are as many as those that must stay.
    private func trim() {
        if text.count > 2 * retention {
            let old = text.count - retention
            text.removeFirst(old)
            start += old
        }
    }
}

/// One open file that shows a log.
private final class StreamHandle: FileHandle {
    private let log: StreamLog
    /// Offset behind the last byte that was read: where poll(2) expects the next one.
    fileprivate var position = 0
    /// The highest `position` so far.
    fileprivate var furthest = 0

    init(_ log: StreamLog) {
        self.log = log
    }

    func read(_ request: consuming ReadRequest) {
        log.answer(request, for: self)
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        // Kept even when there is something to read: edge-triggered pollers ask only once.
        log.waiters.notify(waker, for: self)
        guard log.isReadable(at: position) else { return [] }
        return log.isClosed ? [.readable, .hangUp] : .readable
    }

    func release() {
        log.close(self)
    }
}
