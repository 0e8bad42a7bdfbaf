/// A thread that took on a name.
package struct NamedThread: Sendable, Equatable {
    /// Process id (thread group).
    package var pid: Int32
    /// Thread id.
    package var tid: Int32
    /// At most 15 bytes (`/proc/TID/comm`).
    package var name: String
    /// The name is that of a new program: everything the process had mapped is gone.
    package var isExec: Bool

    package init(pid: Int32, tid: Int32, name: String, isExec: Bool) {
        self.pid = pid
        self.tid = tid
        self.name = name
        self.isExec = isExec
    }
}

/// Code that a process mapped.
package struct MappedCode: Sendable, Equatable {
    /// Process id (thread group).
    package var pid: Int32
    /// Thread id.
    package var tid: Int32
    package var address: UInt64
    /// Bytes.
    package var length: UInt64
    /// Bytes from the start of the file.
    package var offset: UInt64
    /// The file's device.
    package var major: UInt32
    package var minor: UInt32
    /// The file's inode; 0 for memory without a file.
    package var inode: UInt64
    /// What identifies the file's content, in place of device and inode; empty when nobody knows.
    package var buildID: [UInt8]
    /// PROT_READ and so on.
    package var protection: UInt32
    /// MAP_PRIVATE and so on.
    package var flags: UInt32
    /// The file as the process names it; `[vdso]` and the like, or `//anon`, without a file.
    package var path: String

    package init(
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
package struct ForkedThread: Sendable, Equatable {
    /// Process id of the new thread; its parent's for a thread of the same process.
    package var pid: Int32
    package var parentPid: Int32
    /// Thread id of the new thread.
    package var tid: Int32
    package var parentTid: Int32

    package init(pid: Int32, parentPid: Int32, tid: Int32, parentTid: Int32) {
        self.pid = pid
        self.parentPid = parentPid
        self.tid = tid
        self.parentTid = parentTid
    }
}
