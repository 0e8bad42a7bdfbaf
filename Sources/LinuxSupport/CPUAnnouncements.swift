internal import CLinux
internal import Glibc
package import SystemPackage

/// The kernel's announcements of devices, as far as they tell of CPUs that go offline.
package final class CPUAnnouncements {
    private let socket: OwnedDescriptor

    package init() throws(Errno) {
        socket = try OwnedDescriptor(checking: clinux_open_uevents())
    }

    /// The number, for the epoll set.
    package var raw: Int32 { socket.raw }

    /// Reads what has been announced; true when a CPU may have gone offline since the last call.
    package func takeOffline() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            var isOffline = false
            while true {
                let got = recv(socket.raw, buffer.baseAddress, buffer.count, 0)
                if got < 0, errno == ENOBUFS {
                    // More came than the socket holds; one of those dropped may have been it.
                    isOffline = true
                    continue
                }
                guard got > 0 else { return isOffline }
                isOffline = isOffline || Self.isOffline(buffer.prefix(got).prefix { $0 != 0 })
            }
        }
    }

    /// Whether the first string of an announcement says that a CPU went offline.
    static func isOffline(_ header: some Sequence<UInt8>) -> Bool {
        String(decoding: Array(header), as: UTF8.self)
            .hasPrefix("offline@/devices/system/cpu/cpu")
    }
}
