internal import CPrivilege
internal import Glibc
internal import LinuxSupport
package import SystemPackage

/// The process that keeps the privileges which the daemon itself gives up: it starts the probes
/// that act as clients, and removes the mount at the end. It ends with the daemon.
package final class PrivilegeKeeper: Sendable {
    package static let shared = PrivilegeKeeper()

    /// The socket to the process; -1: there is none.
    private let socket = Guarded<Int32>(-1)

    private init() {}

    /// Starts the process. To be called when the daemon is in the background, before it has
    /// threads.
    ///
    /// - Parameter unmounter: path of fusermount3, for those who may not unmount by themselves.
    package func start(unmounter: String?) throws(Errno) {
        let code = socket.withLock { socket -> Int32 in
            cperf_keeper_spawn(unmounter ?? "", &socket) < 0 ? errno : 0
        }
        guard code == 0 else { throw Errno(rawValue: code) }
    }

    /// Detaches what is mounted on a path. Returns whether that was done.
    package func unmount(_ path: String) -> Bool {
        socket.withLock { $0 >= 0 && cperf_keeper_unmount($0, path) == 0 }
    }

    /// A new probe, started by this process itself while there is no keeper; nil when there is
    /// none to be had, with the reason in errno.
    package func startProbe() -> Probe? {
        socket.withLock { keeper in
            var socket: Int32 = -1
            let isOwn = keeper < 0
            let process =
                isOwn ? cperf_probe_spawn(&socket) : cperf_keeper_probe(keeper, &socket)
            return process < 0 ? nil : Probe(process: process, socket: socket, isOwn: isOwn)
        }
    }

    /// A process that acts as clients.
    package struct Probe {
        package let process: Int32
        package let socket: Int32
        /// Whether it is a child of this process, which then has to wait for it.
        package let isOwn: Bool
    }
}
