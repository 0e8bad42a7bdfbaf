/// Who issues a command: identity and privilege as the kernel reported them for this one request.
package struct Client: Sendable {
    /// User id that file permission checks use (fsuid).
    package var uid: UInt32
    /// Group id that file permission checks use (fsgid).
    package var gid: UInt32
    /// Thread id in pfmfs's own pid namespace; 0 when the kernel sends a request on nobody's behalf.
    package var tid: Int32
    /// Who opened the file that a command was written to, if that was somebody with other rights
    /// than the client's: a program that changed them since, or another one that was handed the
    /// descriptor. What is asked for must be allowed to both, or a privileged program could be
    /// made to give a command by what it prints.
    package var opener: Opener?
    private var knownGroups: [UInt32]?

    /// A client whose supplementary groups are known.
    package init(uid: UInt32, gid: UInt32, groups: [UInt32] = [], tid: Int32) {
        self.uid = uid
        self.gid = gid
        self.tid = tid
        knownGroups = groups
    }

    /// The thread that waits for an answer; its supplementary groups are read from the kernel when
    /// they are first asked for, which few commands do and which costs more than answering one.
    package init(uid: UInt32, gid: UInt32, waitingThread tid: Int32) {
        self.uid = uid
        self.gid = gid
        self.tid = tid
    }

    /// Supplementary groups. Of a waiting thread they may be asked for only until it is answered.
    package var groups: [UInt32] {
        knownGroups ?? ThreadStatus(ofThread: tid)?.numbers("Groups") ?? []
    }

    /// Whether the client is in a group, by fsgid or as a supplementary group (`in_group_p`), and
    /// so is who opened the file.
    package func isMember(of group: UInt32) -> Bool {
        (gid == group || groups.contains(group)) && (opener.map { $0.gid == group } ?? true)
    }

    /// Whether the client has the rights of this user, and so has who opened the file.
    package func acts(as user: UInt32) -> Bool {
        uid == user && (opener.map { $0.uid == user } ?? true)
    }
}

/// Who opened a file for writing, as far as rights go. Supplementary groups are left out: reading
/// them takes longer than an open.
package final class Opener: Sendable {
    package let uid: UInt32
    package let gid: UInt32
    /// Effective capabilities, bit CAP_x for capability x.
    package let capabilities: UInt64

    package init(uid: UInt32, gid: UInt32, capabilities: UInt64) {
        self.uid = uid
        self.gid = gid
        self.capabilities = capabilities
    }

    /// Takes down the rights of a client that waits for its open.
    package convenience init(_ client: Client) {
        self.init(
            uid: client.uid,
            gid: client.gid,
            capabilities: ThreadCapabilities.quickly(client)
        )
    }

    /// The client that writes now, with this opener noted where its rights are others.
    package func writing(_ client: Client) -> Client {
        guard
            client.uid != uid || client.gid != gid
                || ThreadCapabilities.quickly(client) != capabilities
        else { return client }
        var client = client
        client.opener = self
        return client
    }
}

extension Client: Equatable {
    package static func == (left: Client, right: Client) -> Bool {
        left.uid == right.uid && left.gid == right.gid && left.tid == right.tid
    }
}
