/// The file that mapped code comes from, as it was when it was mapped.
public final class MappedFile: Sendable, Hashable {
    /// The file as the process names it; `[vdso]` and the like, or `//anon`, without a file.
    public let path: ByteString
    /// The file's device.
    public let major: UInt32
    public let minor: UInt32
    /// The file's inode; 0 for memory without a file, and where the kernel told the build id.
    public let inode: UInt64
    /// Tells files apart that had the same inode one after the other; nil when it is not known.
    public let generation: UInt64?
    /// What identifies the file's content, in place of device and inode; empty when it is not
    /// known.
    public let buildID: [UInt8]

    public init(
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

    /// Memory of the process that comes from no file, so that only the process knows what code it
    /// holds.
    public var isAnonymous: Bool {
        path.bytes.starts(with: Array("//anon".utf8)) || path.bytes.isEmpty
    }

    public static func == (left: MappedFile, right: MappedFile) -> Bool {
        left === right
            || left.inode == right.inode && left.path == right.path
                && left.buildID == right.buildID && left.generation == right.generation
                && left.major == right.major && left.minor == right.minor
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(inode)
        hasher.combine(buildID)
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
    /// PROT_READ and so on.
    public var protection: UInt32
    /// MAP_PRIVATE and so on.
    public var flags: UInt32
    public var file: MappedFile

    public init(
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
    public var lastAddress: UInt64 {
        let last = address.addingReportingOverflow(max(length, 1) - 1)
        return last.overflow ? .max : last.partialValue
    }

    /// Whether both say the same of the addresses that they share.
    func agrees(with other: MappedCode) -> Bool {
        if file.isAnonymous { return other.file.isAnonymous }
        return address &- offset == other.address &- other.offset && file == other.file
    }
}
