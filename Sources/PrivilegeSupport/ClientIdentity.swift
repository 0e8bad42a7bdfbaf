package import LinuxSupport

/// What the kernel goes by when a client asks to monitor something.
package struct ClientIdentity: Sendable, Equatable {
    package var uid: UInt32
    var gid: UInt32
    var groups: [UInt32]
    /// Effective capabilities, bit CAP_x for capability x.
    var capabilities: UInt64

    /// Reads the client's capabilities; the client must be waiting for the answer to its request.
    /// A client that cannot be looked at has none.
    init(_ client: Client) {
        uid = client.uid
        gid = client.gid
        groups = client.groups
        capabilities = ThreadCapabilities.effective(client.tid)
    }

    init(_ opener: Opener) {
        uid = opener.uid
        gid = opener.gid
        groups = []
        capabilities = opener.capabilities
    }

    /// All whose rights a command of the client's needs: its own, and those of who opened the file
    /// for it.
    package static func all(of client: Client) -> [ClientIdentity] {
        [ClientIdentity(client)] + (client.opener.map { [ClientIdentity($0)] } ?? [])
    }

    /// Whether the kernel would refuse it nothing, so that it need not be asked.
    package var isTrusted: Bool {
        uid == 0 && capabilities & Self.decisive == Self.decisive
    }

    /// CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_PERFMON.
    private static let decisive: UInt64 = 1 << 19 | 1 << 21 | 1 << 38
}
