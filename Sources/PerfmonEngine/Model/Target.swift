/// What a loaded context monitors (`load_pid` of `pfm_load_context`).
public enum Target: Sendable, Hashable {
    /// One thread, by its id in pfmfs's own pid namespace.
    case thread(Int32)
    /// One CPU, by its number.
    case cpu(Int)
}

/// Who issues a command: identity and privilege as the kernel reported them for this one request.
public struct Client: Sendable, Equatable {
    /// User id that file permission checks use (fsuid).
    public var uid: UInt32
    /// Group id that file permission checks use (fsgid).
    public var gid: UInt32
    /// Supplementary groups.
    public var groups: [UInt32]
    /// Thread id in pfmfs's own pid namespace; 0 when the kernel sends a request on nobody's behalf.
    public var tid: Int32

    public init(uid: UInt32, gid: UInt32, groups: [UInt32] = [], tid: Int32) {
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.tid = tid
    }

    /// Whether the client is in a group, by fsgid or as a supplementary group (`in_group_p`).
    public func isMember(of group: UInt32) -> Bool {
        gid == group || groups.contains(group)
    }
}
