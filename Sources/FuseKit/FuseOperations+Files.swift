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
        FileSystem.answer(request) { (tree) throws(Errno) in
            let inode = tree.inode(id)
            guard let file = inode.file else {
                throw .isDirectory
            }
            let client = FileSystem.client(of: request)
            let flags = OpenFlags(system: info.pointee.flags)
            let handle = try file.open(by: client, flags: flags)
            // Only what is pushed to the kernel when it changes may be kept by it.
            let isDirect = file.cachedContent == nil
            let open = OpenFile(
                handle,
                of: inode,
                opener: flags.contains(.write) ? Opener(client) : nil,
                isDirect: isDirect,
                pageOpener: PageOpener(
                    thread: client.tid,
                    uid: client.uid,
                    writes: flags.contains(.write)
                ),
                opened: tree.arrivals.add(client.tid)
            )
            info.pointee.direct_io = isDirect ? 1 : 0
            replyOpen(request, info, open, in: tree) {
                guard isDirect, flags.contains(.read) else { return 0 }
                if file.hasFixedSize { return PageState.pageSize }
                return handle is any TextHandle ? Int(clamping: file.size(for: client)) : 0
            }
        }
    }

    static func read(
        _ request: fuse_req_t,
        _ size: Int,
        _ offset: off_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answer(request) { (tree) throws(Errno) in
            guard let open = OpenFile.of(info) else { throw .badFileDescriptor }
            // Only read(2) and its kind name the owner of locks.
            if info.pointee.lock_owner == 0, open.takeUnretainedValue().isDirect {
                return readPage(request, size, offset, of: open.takeUnretainedValue(), in: tree)
            }
            let read = ReadRequest(
                request,
                offset: Int(offset),
                size: size,
                isNonBlocking: info.pointee.flags & O_NONBLOCK != 0
            )
            open.takeUnretainedValue().handle.read(read)
        }
    }

    static func write(
        _ request: fuse_req_t,
        _ data: UnsafeRawBufferPointer,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answer(request) { (tree) throws(Errno) in
            guard let open = OpenFile.of(info) else { throw .badFileDescriptor }
            let bytes = data.assumingMemoryBound(to: UInt8.self).span
            let file = open.takeUnretainedValue()
            let client = FileSystem.client(of: request)
            let taken = try file.handle.write(
                bytes,
                by: file.opener.map { $0.writing(client) } ?? client
            )
            replyWrite(request, taken, file, in: tree)
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

    /// Shells try terminal requests on every file they read; nothing here knows any.
    static func ioctl(_ request: fuse_req_t) {
        fuse_reply_err(request, Errno.inappropriateIOCTLForDevice.rawValue)
    }

    static func release(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answer(request) { tree in
            if let open = OpenFile.of(info)?.takeUnretainedValue() { leave(open, in: tree) }
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
