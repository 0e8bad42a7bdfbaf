package import LinuxSupport

/// The file that mapped code comes from, as it was when it was mapped.
package final class MappedFile: Sendable, Hashable {
    /// The file as the process names it; `[vdso]` and the like, or `//anon`, without a file.
    package let path: ByteString
    /// The file's device.
    package let major: UInt32
    package let minor: UInt32
    /// The file's inode; 0 for memory without a file, and where the kernel told the build id.
    package let inode: UInt64
    /// Tells files apart that had the same inode one after the other; nil when it is not known.
    package let generation: UInt64?
    /// What identifies the file's content, in place of device and inode; empty when it is not
    /// known.
    package let buildID: [UInt8]

    package init(
        path: ByteString,
        major: UInt32 = 0,
        minor: UInt32 = 0,
        inode: UInt64 = 0,
        generation: UInt64? = nil,
        buildID: [UInt8] = []
    ) {
        self.path = path
        self.major = major
        self.minor = minor
        self.inode = inode
        self.generation = generation
        self.buildID = buildID
    }

    /// Stands for what is mapped somewhere when nobody knows what that is.
    package static let unknown = MappedFile(path: "[unknown]")

    /// Memory of the process that comes from no file, so that only the process knows what code it
    /// holds.
    package var isAnonymous: Bool {
        path.bytes.starts(with: Array("//anon".utf8)) || path.bytes.isEmpty
    }

    package static func == (left: MappedFile, right: MappedFile) -> Bool {
        left === right
            || left.inode == right.inode && left.path == right.path
                && left.buildID == right.buildID && left.generation == right.generation
                && left.major == right.major && left.minor == right.minor
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(inode)
        hasher.combine(buildID)
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
    /// PROT_READ and so on.
    package var protection: UInt32
    /// MAP_PRIVATE and so on.
    package var flags: UInt32
    package var file: MappedFile

    package init(
        pid: Int32,
        tid: Int32,
        address: UInt64,
        length: UInt64,
        offset: UInt64,
        protection: UInt32 = 0,
        flags: UInt32 = 0,
        file: MappedFile
    ) {
        self.pid = pid
        self.tid = tid
        self.address = address
        self.length = length
        self.offset = offset
        self.protection = protection
        self.flags = flags
        self.file = file
    }

    /// The last address; the first one when nothing is mapped.
    package var lastAddress: UInt64 {
        let last = address.addingReportingOverflow(max(length, 1) - 1)
        return last.overflow ? .max : last.partialValue
    }

    /// Whether it tells what is mapped.
    package var isKnown: Bool { file !== MappedFile.unknown }

    /// Whether both say the same of the addresses that they share.
    package func agrees(with other: MappedCode) -> Bool {
        if file.isAnonymous { return other.file.isAnonymous }
        if !isKnown { return !other.isKnown }
        return address &- offset == other.address &- other.offset && file == other.file
    }
}
