internal import Glibc
internal import LinuxSupport
internal import SystemPackage

/// The one epoll descriptor behind `eventDescriptor`.
struct PerfPoller: ~Copyable {
    /// Whom a descriptor in the set belongs to, and what it tells.
    struct Token: Hashable {
        enum Source: UInt64 {
            case ring, exit, timer, kick, uevents, scan
        }

        /// Serial number of a session; 0 for the backend itself.
        var session: UInt64
        var source: Source

        init(session: UInt64, source: Source) {
            self.session = session
            self.source = source
        }

        init?(_ word: UInt64) {
            guard let source = Source(rawValue: word & 7) else { return nil }
            self.init(session: word >> 3, source: source)
        }

        var word: UInt64 {
            session << 3 | source.rawValue
        }
    }

    /// What one descriptor reported.
    struct Report {
        var token: Token
        /// The event's other side is gone for good (EPOLLHUP).
        var isHangUp: Bool
    }

    /// What the descriptors of one session have to report now; never waits.
    static func reports(
        of watched: [(descriptor: Int32, source: Token.Source)]
    ) -> [(source: Token.Source, isHangUp: Bool)] {
        guard !watched.isEmpty else { return [] }
        return withUnsafeTemporaryAllocation(of: pollfd.self, capacity: watched.count) { entries in
            for (index, (descriptor, _)) in watched.enumerated() {
                entries.initializeElement(
                    at: index,
                    to: pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                )
            }
            guard poll(entries.baseAddress, nfds_t(watched.count), 0) > 0 else { return [] }
            return watched.indices.compactMap { index in
                let events = entries[index].revents
                guard events != 0 else { return nil }
                return (watched[index].source, events & Int16(POLLHUP) != 0)
            }
        }
    }

    private let descriptors: PollSet

    /// Most reports of one `reports()`.
    static let batch = PollSet.batch

    init() throws(Errno) {
        descriptors = try PollSet()
    }

    /// The number, for an outer poll.
    var raw: Int32 { descriptors.raw }

    /// Watches a descriptor for input, and always for hang-up.
    func add(_ watched: Int32, _ token: Token) throws(Errno) {
        try descriptors.add(watched, token.word)
    }

    /// Forgets a descriptor; needed before every close of an event whose ring is still mapped,
    /// and after a hang-up, which would be reported for ever.
    func remove(_ watched: Int32) {
        descriptors.remove(watched)
    }

    /// What is ready now; never waits.
    func reports() -> [Report] {
        descriptors.reports().compactMap { report in
            Token(report.token).map { Report(token: $0, isHangUp: report.isHangUp) }
        }
    }
}
