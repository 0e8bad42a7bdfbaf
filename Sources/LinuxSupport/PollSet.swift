internal import CLinux
internal import Glibc
package import SystemPackage

/// Descriptors that are watched together (epoll(7)); polls readable itself while any of them is.
package struct PollSet: ~Copyable {
    /// What one descriptor reported.
    package struct Report: Sendable {
        /// The word that it was added with.
        package let token: UInt64
        /// Its other side is gone for good (EPOLLHUP).
        package let isHangUp: Bool
    }

    private let descriptor: OwnedDescriptor

    /// Most reports of one `reports()`.
    package static let batch = 64

    package init() throws(Errno) {
        descriptor = try OwnedDescriptor(
            checking: SystemCall.createPollSet.make { clinux_epoll_create() }
        )
    }

    /// The number, for an outer poll.
    package var raw: Int32 { descriptor.raw }

    /// Watches a descriptor for input, and always for hang-up.
    package func add(_ watched: Int32, _ token: UInt64) throws(Errno) {
        let result = SystemCall.watch.make { clinux_epoll_add(descriptor.raw, watched, token) }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    /// Forgets a descriptor.
    package func remove(_ watched: Int32) {
        _ = clinux_epoll_remove(descriptor.raw, watched)
    }

    /// What is ready now, at most `batch` of it; never waits.
    package func reports() -> [Report] {
        withUnsafeTemporaryAllocation(of: clinux_report.self, capacity: Self.batch) { buffer in
            let count = SystemCall.wait.make {
                clinux_epoll_reports(descriptor.raw, buffer.baseAddress, Int32(Self.batch))
            }
            return buffer.prefix(Int(max(count, 0))).map { report in
                Report(token: report.token, isHangUp: report.is_hang_up != 0)
            }
        }
    }
}
