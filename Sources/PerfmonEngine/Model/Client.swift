/// Who issues a command: identity and privilege as the kernel reported them for this one request.
public struct Client: Sendable {
    /// User id that file permission checks use (fsuid).
    public var uid: UInt32
    /// Group id that file permission checks use (fsgid).
    public var gid: UInt32
    /// Thread id in pfmfs's own pid namespace; 0 when the kernel sends a request on nobody's behalf.
    public var tid: Int32
    private var knownGroups: [UInt32]?

    /// A client whose supplementary groups are known.
    public init(uid: UInt32, gid: UInt32, groups: [UInt32] = [], tid: Int32) {
        self.uid = uid
        self.gid = gid
        self.tid = tid
        knownGroups = groups
    }

    /// The thread that waits for an answer; its supplementary groups are read from the kernel when
    /// they are first asked for, which few commands do and which costs more than answering one.
    public init(uid: UInt32, gid: UInt32, waitingThread tid: Int32) {
        self.uid = uid
        self.gid = gid
        self.tid = tid
    }

    /// Supplementary groups. Of a waiting thread they may be asked for only until it is answered.
    public var groups: [UInt32] {
        knownGroups ?? ThreadGroups.ofThread(tid)
    }

    /// Whether the client is in a group, by fsgid or as a supplementary group (`in_group_p`).
    public func isMember(of group: UInt32) -> Bool {
        gid == group || groups.contains(group)
    }
}

extension Client: Equatable {
    public static func == (left: Client, right: Client) -> Bool {
        left.uid == right.uid && left.gid == right.gid && left.tid == right.tid
    }
}
