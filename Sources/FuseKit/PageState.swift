import CLinux
import Glibc
import LinuxSupport

/// What the kernel has of a file that is read directly, and who has it open.
///
/// Linux 6.5 to 7.0 reads such a file for splice(2) and sendfile(2) through its page cache all the
/// same, and every version does for a private mapping. Such a read ends where the kernel believes
/// the file to end: where the last write or the last page ended, or where it was told last. A page
/// with the end of the text corrects a size that is too large, unless the kernel takes in other
/// news of the size between the request and the answer; then the text ends in zeros. Nothing
/// corrects a size that is too small. And a page is for everybody, but a text for one client.
///
/// So a page is given only
/// - while nobody else has the file open for writing, nor anybody who may be shown another text;
/// - when every other thread has taken in what it was told of the file;
/// - when the size covers the text. Before the next open or write is answered, the kernel is told
///   a larger size again, and to forget the page;
/// - through a handle that was opened after the last read of a page that was refused, or when the
///   file was written since: what was refused the kernel asks for in another way, in which it
///   takes in the end of the text at some time after the answer.
///
/// Any other read of a page is refused. The client is told EINVAL, after which users of sendfile(2)
/// go on with read(2).
struct PageState {
    /// Who has the file open, by handle.
    private var openers: [PageOpener] = []
    /// The least that the kernel can believe the size to be, in bytes.
    private var leastSize = Int.max
    /// The last replies with attributes to a thread, and to any other one.
    private var told = Told()
    private var othersTold = Told()
    /// The last thread that truncated the file without opening it.
    private var truncator = Told()
    /// The kernel has a page of the file, since this time on the monotonic clock (ns).
    private(set) var pageTime: UInt64?
    /// When a read of a page was refused last, or a page became old while the file was open. Here
    /// and below, what `FileTree.arrivals` counted.
    private var barred: UInt64 = 0
    /// When the last write came before which the kernel forgot its pages.
    private var renewed: UInt64 = 0
    /// How often the kernel is being told at this moment that its page is old.
    private var renewals = 0

    private struct Told {
        var thread: Int32 = 0
        var arrival: UInt64 = 0
        /// Nanoseconds of the monotonic clock; 0: the thread has asked something since.
        var time: UInt64 = 0
    }

    /// Bytes of a page.
    static let pageSize = 4096

    /// Nanoseconds within which a thread looks at a reply that it was woken for.
    private static let patience: UInt64 = 100_000_000

    /// Nanoseconds within which who truncated the file may do so again. From the moment of a
    /// truncate(2) to its answer the kernel does not correct the size, and of one by path nothing
    /// is heard before. The first is not foreseen.
    private static let truncationPatience: UInt64 = 1_000_000_000

    /// Notes a reply with the file's size.
    mutating func tell(_ size: Int, to thread: Int32, _ arrival: UInt64) {
        if thread != told.thread { othersTold = told }
        told = Told(thread: thread, arrival: arrival, time: MonotonicClock.now)
        leastSize = min(leastSize, size)
    }

    /// Notes the reply to a truncation, whose size the kernel takes whatever it was told before.
    mutating func truncate(to size: Int, by thread: Int32, _ arrival: UInt64) {
        tell(size, to: thread, arrival)
        leastSize = size
        if !openers.contains(where: { $0.thread == thread }) { truncator = told }
    }

    mutating func open(by opener: PageOpener) {
        let thread = opener.thread
        openers.append(opener)
        takeIn(thread)
        // The kernel forgets all pages when a file is opened.
        pageTime = nil
    }

    /// Notes that a handle is gone. Returns whether the kernel must forget the size that it has from
    /// a page.
    mutating func close(by opener: PageOpener) -> Bool {
        if let index = openers.firstIndex(of: opener) { openers.remove(at: index) }
        takeIn(opener.thread)
        guard openers.isEmpty, pageTime != nil else { return false }
        pageTime = nil
        return true
    }

    /// Whether the kernel's size must be raised before a text of so many bytes is read.
    func isShorter(than size: Int) -> Bool {
        leastSize < size
    }

    /// Whether a write makes a page old that the kernel has.
    var isOld: Bool { pageTime != nil || barred > renewed }

    /// Begins to tell the kernel that its pages are old, or its size too small.
    mutating func beginRenewal() {
        renewals += 1
    }

    /// Notes that the kernel was told; without a size, that it was not raised.
    mutating func endRenewal(_ size: Int?) {
        renewals -= 1
        if let size { leastSize = size }
    }

    /// Notes that the kernel forgot its pages before a write is answered that came then.
    mutating func renew(_ arrival: UInt64) {
        pageTime = nil
        renewed = arrival
    }

    /// Notes that the kernel forgot its pages at any time. Who has the file open may have asked for
    /// one before, and must not get it.
    mutating func seal(_ arrival: UInt64) {
        pageTime = nil
        barred = arrival
    }

    /// Decides on the read of a page, up to `end`, of a text of `length` bytes, through a handle that
    /// was opened then. A read that is refused is noted.
    mutating func mayGive(
        _ length: Int,
        upTo end: Int,
        to client: Client,
        opened: UInt64,
        _ order: ArrivalOrder
    ) -> Bool {
        guard renewals == 0, barred < max(opened, renewed), leastSize >= length,
            // Of a file without a byte the kernel would read nothing ever again.
            length > 0,
            isTakenIn(told, by: client.tid, order), isTakenIn(othersTold, by: client.tid, order),
            !mayTruncate(truncator, at: client.tid),
            openers.count == 1 || openers.allSatisfy({ $0.isLike(client) })
        else {
            barred = order.count
            return false
        }
        pageTime = MonotonicClock.now
        if end > length { leastSize = length }
        return true
    }

    /// Notes that a thread has taken in what it was told.
    private mutating func takeIn(_ thread: Int32) {
        if told.thread == thread { told.time = 0 }
        if othersTold.thread == thread { othersTold.time = 0 }
    }

    private func isTakenIn(_ news: Told, by thread: Int32, _ order: ArrivalOrder) -> Bool {
        news.thread == thread || order.has(news.thread, askedSince: news.arrival)
            || MonotonicClock.now - news.time > Self.patience || hasEnded(news.thread)
    }

    private func mayTruncate(_ last: Told, at thread: Int32) -> Bool {
        last.thread != thread && MonotonicClock.now - last.time < Self.truncationPatience
            && !hasEnded(last.thread)
    }

    /// An ended thread looks at nothing any more.
    private func hasEnded(_ thread: Int32) -> Bool {
        kill(thread, 0) != 0 && errno == ESRCH
    }
}

/// Who opened a file that is read directly.
struct PageOpener: Equatable {
    /// 0: one that cannot be seen from here.
    let thread: Int32
    let uid: UInt32
    let writes: Bool

    /// Whether a page for the client disturbs the opener as little as the client itself: they are one
    /// thread, or both read and are shown the same.
    func isLike(_ client: Client) -> Bool {
        guard thread != 0, thread != client.tid else { return thread != 0 }
        guard !writes, uid == client.uid, let namespace = Namespace.pid(of: thread) else {
            return false
        }
        return namespace == Namespace.pid(of: client.tid)
    }
}
