internal import Glibc
package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// The machine's real threads, for simulated sessions: they must exist, belong to the client, and
/// end their session when they exit.
package final class HostThreads: SimulatedThreads {
    package let canBlock = false
    private let exits: PollSet
    private var watched: [Int32: Watched] = [:]

    private final class Watched {
        let descriptor: ThreadDescriptor

        init(_ tid: Int32) throws(Errno) {
            descriptor = try ThreadDescriptor(tid)
        }
    }

    /// - Throws: ENFILE when the process has no descriptors left.
    package init() throws(PfmError) {
        do throws(Errno) {
            exits = try PollSet()
        } catch {
            throw PfmError(error, "no descriptor to watch threads with: \(error)")
        }
    }

    package var eventDescriptor: Int32 { exits.raw }

    package func watch(_ tid: Int32, for client: Client) throws(PfmError) {
        let thread: Watched
        do throws(Errno) {
            thread = try Watched(tid)
        } catch {
            throw PfmError(
                error == .noSuchProcess || error == .invalidArgument ? .noSuchProcess : error,
                "there is no thread \(tid) that could be watched",
                subject: String(tid)
            )
        }
        try authorize(client, for: tid)
        do throws(Errno) {
            try exits.add(thread.descriptor.raw, UInt64(tid))
        } catch {
            throw PfmError(error, "the end of thread \(tid) cannot be watched: \(error)")
        }
        watched[tid] = thread
    }

    package func authorize(_ client: Client, for tid: Int32) throws(PfmError) {
        guard client.uid == 0 || client.tid == tid || owner(of: tid) == client.uid else {
            throw PfmError(
                .notPermitted,
                "thread \(tid) belongs to another user than uid \(client.uid)",
                subject: String(tid)
            )
        }
    }

    package func unwatch(_ tid: Int32) {
        guard let thread = watched.removeValue(forKey: tid) else { return }
        exits.remove(thread.descriptor.raw)
    }

    package func takeExited() -> [Int32] {
        exits.reports().map { Int32(truncatingIfNeeded: $0.token) }
    }

    private func owner(of tid: Int32) -> UInt32? {
        var status = stat()
        guard stat("/proc/\(tid)", &status) == 0 else { return nil }
        return status.st_uid
    }
}
