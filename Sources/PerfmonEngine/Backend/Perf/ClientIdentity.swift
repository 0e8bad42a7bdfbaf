internal import CLinux
internal import Glibc

/// What the kernel goes by when a client asks to monitor something.
struct ClientIdentity: Sendable, Equatable {
    var uid: UInt32
    var gid: UInt32
    var groups: [UInt32]
    /// Effective capabilities, bit CAP_x for capability x.
    var capabilities: UInt64

    /// Reads the client's capabilities; the client must be waiting for the answer to its request.
    init(_ client: Client, kernel: PerfKernel) {
        uid = client.uid
        gid = client.gid
        groups = client.groups
        capabilities = 0
        if client.tid <= 0 {
            // The kernel itself asks, on nobody's behalf.
            capabilities = client.uid == 0 ? .max : 0
        } else if clinux_effective_capabilities(client.tid, &capabilities) != 0 {
            capabilities = 0
        } else if capabilities != 0, !kernel.sharesUserNamespace(client.tid) {
            // Powers over a user namespace of its own mean nothing outside of it.
            capabilities = 0
        }
    }

    /// Whether the kernel would refuse it nothing, so that it need not be asked.
    var isTrusted: Bool {
        uid == 0 && capabilities & Self.decisive == Self.decisive
    }

    /// CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_PERFMON.
    private static let decisive: UInt64 = 1 << 19 | 1 << 21 | 1 << 38
}
