internal import CLinux
internal import Glibc
package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// The machine's real threads, for simulated sessions: they must exist, belong to the client, and
/// end their session when they exit.
package final class HostThreads: SimulatedThreads {
    package let eventDescriptor: Int32
    package let canBlock = false
    private var descriptors: [Int32: Int32] = [:]

    package init() {
        eventDescriptor = clinux_epoll_create()
    }

    deinit {
        for descriptor in descriptors.values { close(descriptor) }
        close(eventDescriptor)
    }

    package func watch(_ tid: Int32, for client: Client) throws(PfmError) {
        var descriptor = clinux_pidfd_open(tid, UInt32(CLINUX_PIDFD_THREAD))
        if descriptor < 0, errno == EINVAL {
            descriptor = clinux_pidfd_open(tid, 0)
        }
        guard descriptor >= 0 else {
            throw PfmError(
                .noSuchProcess,
                "there is no thread \(tid) that could be watched",
                subject: String(tid)
            )
        }
        do throws(PfmError) {
            try authorize(client, for: tid)
        } catch {
            close(descriptor)
            throw error
        }
        _ = clinux_epoll_add(eventDescriptor, descriptor, UInt64(tid))
        descriptors[tid] = descriptor
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
        guard let descriptor = descriptors.removeValue(forKey: tid) else { return }
        _ = clinux_epoll_remove(eventDescriptor, descriptor)
        close(descriptor)
    }

    package func takeExited() -> [Int32] {
        var ready = [UInt64](repeating: 0, count: 64)
        let count = clinux_epoll_wait(eventDescriptor, &ready, 64, 0)
        guard count > 0 else { return [] }
        return ready[0..<Int(count)].map { Int32(truncatingIfNeeded: $0) }
    }

    private func owner(of tid: Int32) -> UInt32? {
        var status = stat()
        guard stat("/proc/\(tid)", &status) == 0 else { return nil }
        return status.st_uid
    }
}
