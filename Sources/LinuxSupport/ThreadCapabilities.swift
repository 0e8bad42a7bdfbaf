internal import CLinux
internal import Glibc

/// Capabilities of other threads, as far as they mean anything here.
package enum ThreadCapabilities {
    /// Effective capabilities of a thread that waits for an answer, bit CAP_x for capability x;
    /// none when it cannot be looked at.
    package static func effective(_ tid: Int32) -> UInt64 {
        var capabilities: UInt64 = 0
        guard tid > 0, clinux_effective_capabilities(tid, &capabilities) == 0, capabilities != 0,
            sharesUserNamespace(tid)
        else { return 0 }
        return capabilities
    }

    /// The same at the cost of one system call for most clients: root is taken to be the root of
    /// this program's user namespace, as it owns what root owns in any.
    @inline(__always)
    static func quickly(_ client: Client) -> UInt64 {
        var capabilities: UInt64 = 0
        guard client.tid > 0, clinux_effective_capabilities(client.tid, &capabilities) == 0,
            capabilities == 0 || client.uid == 0 || sharesUserNamespace(client.tid)
        else { return 0 }
        return capabilities
    }

    /// Whether a thread is known to live in this program's user namespace. Powers over another one
    /// mean nothing outside of it.
    private static func sharesUserNamespace(_ tid: Int32) -> Bool {
        guard let own else { return false }
        return Namespace.user(of: tid) == own
    }

    private static let own = Namespace.user(of: getpid())
}

/// Namespaces of threads, by the numbers that the kernel gives them.
package enum Namespace {
    /// The user namespace of a thread; nil when it cannot be looked at.
    static func user(of tid: Int32) -> UInt64? {
        identity("/proc/\(tid)/ns/user")
    }

    /// The pid namespace of a thread; nil when it cannot be looked at.
    package static func pid(of tid: Int32) -> UInt64? {
        identity("/proc/\(tid)/ns/pid")
    }

    private static func identity(_ path: String) -> UInt64? {
        var file = clinux_file()
        return clinux_stat(path, &file) == 0 ? file.inode : nil
    }
}
