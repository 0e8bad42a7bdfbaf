internal import CPerfEvent
internal import Glibc
internal import SystemPackage

/// The ring of a session, and the event that owns it.
///
/// The event counts nothing and belongs to no set, so that the ring outlives every change of the
/// sets. That of a session is never inherited, so that it can be mapped even where the sets are.
/// Its hang-up is how the end of a thread shows, and how it shows that the kernel took the events away because
/// the thread executed a program with other credentials.
final class PerfOutput {
    /// What processes map and how they are named comes in records of the ring, if it is meant for
    /// samples.
    private let tellsProcesses: Bool
    private var ring: PerfRing?

    /// Pages of data; 0 when there is no ring.
    private(set) var pages = 0

    /// Whether the ring is meant for samples, not only for its event's hang-up.
    var holdsSamples: Bool { pages > 1 }

    init(tellsProcesses: Bool) {
        self.tellsProcesses = tellsProcesses
    }

    /// Opens the event and its ring in place of the one before.
    ///
    /// - Parameter inherit: for the samples and the news of a thread and its children; only where a
    ///   CPU is given.
    /// - Throws: the errno of the open or of the mapping.
    func open(tid: Int32, cpu: Int32, pages: Int, inherit: Bool = false) throws(Errno) {
        var attr = PerfOpening.dummy
        attr.inherit = inherit ? 1 : 0
        if tellsProcesses, pages > 1 {
            attr.mmap = 1
            attr.mmap2 = 1
            attr.build_id = 1
            attr.comm = 1
            attr.comm_exec = 1
            attr.task = cpu >= 0 ? 1 : 0
            attr.sample_type = PerfRecord.trailerType
            attr.sample_id_all = 1
        } else if pages == 1 {
            attr.disabled = 1
        }
        ring = try PerfRing(PerfEventFile.open(attr, tid: tid, cpu: cpu), pages: pages)
        self.pages = pages
    }

    /// The event's descriptor; -1 when there is no ring.
    var event: Int32 {
        switch ring {
        case .some(let ring): ring.event
        case nil: -1
        }
    }

    /// Nanoseconds for which the target was there to be counted since the ring was opened.
    var time: UInt64 {
        guard pages > 1 else { return 0 }
        var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
        let got = withUnsafeMutableBytes(of: &words) { read(event, $0.baseAddress, $0.count) }
        return got == 48 ? words.2 : 0
    }

    /// Whether the kernel has taken the events from the thread, because it exited or because it
    /// executed a program with other credentials.
    var hasHungUp: Bool {
        var entry = pollfd(fd: event, events: 0, revents: 0)
        return pages > 0 && poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLHUP) != 0
    }

    /// Takes the records written since the last call, oldest first: whole records with their
    /// headers, one behind the other, and not many more bytes than `limit`.
    ///
    /// - Returns: whether the ring is empty now.
    func drain(into records: inout [UInt8], atMost limit: Int) -> Bool {
        switch ring {
        case .some(let ring): ring.drain(into: &records, atMost: limit)
        case nil: true
        }
    }

    /// Takes over the ring of another output.
    func take(_ other: PerfOutput) {
        ring = other.ring.take()
        (pages, other.pages) = (other.pages, 0)
    }

    /// Unmaps the ring and closes its event.
    func close() {
        ring = nil
        pages = 0
    }
}
