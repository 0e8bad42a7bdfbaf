import CFuse
import Glibc
import LinuxSupport
import SystemPackage

extension FuseOperations {
    static func open(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try open(request, id, &info.pointee, in: tree)
        } later: {
            var info = info.pointee
            return { (tree) throws(Errno) in try open(request, id, &info, in: tree) }
        }
    }

    private static func open(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ info: inout fuse_file_info,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(id)
        guard let file = inode.file else { throw .isDirectory }
        let client = FileSystem.client(of: request)
        let flags = OpenFlags(system: info.flags)
        let handle = try file.open(by: client, flags: flags)
        let open = OpenFile(handle, opener: flags.contains(.write) ? Opener(client) : nil)
        open.enter(&info)
        // The kernel may cache only content whose changes are pushed to it.
        info.direct_io = file.cachedContent == nil ? 1 : 0
        if fuse_reply_open(request, &info) != 0 {
            open.leave()
        }
    }

    static func read(
        _ request: fuse_req_t,
        _ size: Int,
        _ offset: off_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            guard let open = OpenFile.of(info) else { throw .badFileDescriptor }
            let read = ReadRequest(
                request,
                offset: Int(offset),
                size: size,
                isNonBlocking: info.pointee.flags & O_NONBLOCK != 0
            )
            open.takeUnretainedValue().handle.read(read)
        } later: {
            nil
        }
    }

    static func write(
        _ request: fuse_req_t,
        _ data: UnsafeRawBufferPointer,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            guard let open = OpenFile.of(info) else { throw .badFileDescriptor }
            let file = open.takeUnretainedValue()
            let client = FileSystem.client(of: request)
            let write = WriteRequest(
                request,
                bytes: data.assumingMemoryBound(to: UInt8.self),
                client: file.opener.map { $0.writing(client) } ?? client
            )
            file.handle.write(write)
        } later: {
            nil
        }
    }

    static func poll(
        _ request: fuse_req_t,
        _ info: UnsafeMutablePointer<fuse_file_info>,
        _ handle: OpaquePointer?
    ) {
        FileSystem.answer(request) { (tree) throws(Errno) in
            guard let open = OpenFile.of(info) else { throw .badFileDescriptor }
            let events =
                if let handle {
                    open.takeUnretainedValue().handle.poll(PollWaker(handle))
                } else {
                    open.takeUnretainedValue().handle.poll(nil)
                }
            fuse_reply_poll(request, events.rawValue)
        }
    }

    /// Shells issue terminal requests on every file they read; none is supported.
    static func ioctl(_ request: fuse_req_t) {
        fuse_reply_err(request, Errno.inappropriateIOCTLForDevice.rawValue)
    }

    static func release(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answer(request) { _ in
            OpenFile.of(info)?.takeUnretainedValue().leave()
            fuse_reply_err(request, 0)
        }
    }
}

extension OpenFlags {
    /// The flags of an open(2).
    init(system flags: Int32) {
        self = []
        switch flags & O_ACCMODE {
        case O_RDONLY: insert(.read)
        case O_WRONLY: insert(.write)
        default: formUnion([.read, .write])
        }
        if flags & O_NONBLOCK != 0 {
            insert(.nonBlocking)
        }
    }
}
