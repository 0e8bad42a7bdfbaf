package import LinuxSupport

/// A thread that took on a name.
package struct NamedThread: Sendable, Equatable {
    /// Process id (thread group).
    package var pid: Int32
    /// Thread id.
    package var tid: Int32
    /// At most 15 bytes (`/proc/TID/comm`).
    package var name: ByteString
    /// The name is that of a new program: everything the process had mapped is gone.
    package var isExec: Bool

    package init(pid: Int32, tid: Int32, name: ByteString, isExec: Bool) {
        self.pid = pid
        self.tid = tid
        self.name = name
        self.isExec = isExec
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

/// A thread that has ended.
package struct EndedThread: Sendable, Equatable {
    package var pid: Int32
    package var tid: Int32

    package init(pid: Int32, tid: Int32) {
        self.pid = pid
        self.tid = tid
    }
}

/// A process that is in another mount namespace from now on.
package struct MovedProcess: Sendable, Equatable {
    package var pid: Int32
    /// The inode of `/proc/PID/ns/mnt`.
    package var mountNamespace: UInt64

    package init(pid: Int32, mountNamespace: UInt64) {
        self.pid = pid
        self.mountNamespace = mountNamespace
    }
}

/// What /proc says of a process beside what it maps.
package struct FoundProcess: Sendable, Equatable {
    package var pid: Int32
    /// Its effective user.
    package var uid: UInt32
    /// Its id in its own pid namespace.
    package var innermostID: Int32
    /// The inode of `/proc/PID/ns/mnt`; 0 when it is not known.
    package var mountNamespace: UInt64

    package init(pid: Int32, uid: UInt32, innermostID: Int32, mountNamespace: UInt64) {
        self.pid = pid
        self.uid = uid
        self.innermostID = innermostID
        self.mountNamespace = mountNamespace
    }
}
