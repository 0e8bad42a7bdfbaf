/// A thread that took on a name.
public struct NamedThread: Sendable, Equatable {
    /// Process id (thread group).
    public var pid: Int32
    /// Thread id.
    public var tid: Int32
    /// At most 15 bytes (`/proc/TID/comm`).
    public var name: ByteString
    /// The name is that of a new program: everything the process had mapped is gone.
    public var isExec: Bool

    public init(pid: Int32, tid: Int32, name: ByteString, isExec: Bool) {
        self.pid = pid
        self.tid = tid
        self.name = name
        self.isExec = isExec
    }
}

/// A thread or a process that another one made.
public struct ForkedThread: Sendable, Equatable {
    /// Process id of the new thread; its parent's for a thread of the same process.
    public var pid: Int32
    public var parentPid: Int32
    /// Thread id of the new thread.
    public var tid: Int32
    public var parentTid: Int32

    public init(pid: Int32, parentPid: Int32, tid: Int32, parentTid: Int32) {
        self.pid = pid
        self.parentPid = parentPid
        self.tid = tid
        self.parentTid = parentTid
    }
}

/// A thread that has ended.
public struct EndedThread: Sendable, Equatable {
    public var pid: Int32
    public var tid: Int32

    public init(pid: Int32, tid: Int32) {
        self.pid = pid
        self.tid = tid
    }
}

/// A process that is in another mount namespace from now on.
public struct MovedProcess: Sendable, Equatable {
    public var pid: Int32
    /// The inode of `/proc/PID/ns/mnt`.
    public var mountNamespace: UInt64

    public init(pid: Int32, mountNamespace: UInt64) {
        self.pid = pid
        self.mountNamespace = mountNamespace
    }
}

/// What /proc says of a process beside what it maps.
public struct FoundProcess: Sendable, Equatable {
    public var pid: Int32
    /// Its effective user.
    public var uid: UInt32
    /// Its id in its own pid namespace.
    public var innermostID: Int32
    /// The inode of `/proc/PID/ns/mnt`; 0 when it is not known.
    public var mountNamespace: UInt64

    public init(pid: Int32, uid: UInt32, innermostID: Int32, mountNamespace: UInt64) {
        self.pid = pid
        self.uid = uid
        self.innermostID = innermostID
        self.mountNamespace = mountNamespace
    }
}
