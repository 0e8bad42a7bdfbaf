/// A thread that took on a name.
public struct NamedThread: Sendable, Equatable {
    /// Process id (thread group).
    public var pid: Int32
    /// Thread id.
    public var tid: Int32
    /// At most 15 bytes (`/proc/TID/comm`).
    public var name: String
    /// The name is that of a new program: everything the process had mapped is gone.
    public var isExec: Bool

    public init(pid: Int32, tid: Int32, name: String, isExec: Bool) {
        self.pid = pid
        self.tid = tid
        self.name = name
        self.isExec = isExec
    }
}

/// Code that a process mapped.
public struct MappedCode: Sendable, Equatable {
    /// Process id (thread group).
    public var pid: Int32
    /// Thread id.
    public var tid: Int32
    public var address: UInt64
    /// Bytes.
    public var length: UInt64
    /// Bytes from the start of the file.
    public var offset: UInt64
    /// The file's device.
    public var major: UInt32
    public var minor: UInt32
    /// The file's inode; 0 for memory without a file.
    public var inode: UInt64
    /// What identifies the file's content, in place of device and inode; empty when nobody knows.
    public var buildID: [UInt8]
    /// PROT_READ and so on.
    public var protection: UInt32
    /// MAP_PRIVATE and so on.
    public var flags: UInt32
    /// The file as the process names it; `[vdso]` and the like, or `//anon`, without a file.
    public var path: String

    public init(
        pid: Int32,
        tid: Int32,
        address: UInt64,
        length: UInt64,
        offset: UInt64,
        major: UInt32 = 0,
        minor: UInt32 = 0,
        inode: UInt64 = 0,
        buildID: [UInt8] = [],
        protection: UInt32 = 0,
        flags: UInt32 = 0,
        path: String
    ) {
        self.pid = pid
        self.tid = tid
        self.address = address
        self.length = length
        self.offset = offset
        self.major = major
        self.minor = minor
        self.inode = inode
        self.buildID = buildID
        self.protection = protection
        self.flags = flags
        self.path = path
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
