import CFuse
import Glibc
import LinuxSupport
import SystemPackage

extension FuseOperations {
    static func lookup(
        _ request: fuse_req_t,
        _ parent: fuse_ino_t,
        _ name: UnsafePointer<CChar>
    ) {
        FileSystem.answer(request) { (tree) throws(Errno) in
            replyEntry(request, try checked(name), in: tree.inode(parent), of: tree)
        }
    }

    static func forget(_ request: fuse_req_t, _ id: fuse_ino_t, _ count: UInt64) {
        FileSystem.of(request).takeUnretainedValue().tree.withLock { tree in
            tree.inode(id).forget(count)
        }
        fuse_reply_none(request)
    }

    static func forget(_ request: fuse_req_t, _ list: UnsafeBufferPointer<fuse_forget_data>) {
        FileSystem.of(request).takeUnretainedValue().tree.withLock { tree in
            for item in list {
                tree.inode(item.ino).forget(item.nlookup)
            }
        }
        fuse_reply_none(request)
    }

    static func mkdir(
        _ request: fuse_req_t,
        _ parent: fuse_ino_t,
        _ name: UnsafePointer<CChar>,
        _ mode: mode_t
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try mkdir(request, parent, try checked(name), mode, in: tree)
        } later: {
            let name = String(cString: name)
            return { (tree) throws(Errno) in try mkdir(request, parent, name, mode, in: tree) }
        }
    }

    private static func mkdir(
        _ request: fuse_req_t,
        _ parent: fuse_ino_t,
        _ name: String,
        _ mode: mode_t,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(parent)
        let source = try living(inode)
        try source.make(
            name,
            mode: creationMode(mode, umask: fuse_req_ctx(request)?.pointee.umask ?? 0o77),
            by: FileSystem.client(of: request)
        )
        // A node of this name that is still open belongs to a removed directory.
        inode.detach(name)
        replyEntry(request, name, in: inode, of: tree)
    }

    /// The mode of a new directory. mkdir(1) without -m asks for 0777, which says nothing about
    /// what the user wants to share; only the owner then gets access, whatever the umask is.
    static func creationMode(_ mode: mode_t, umask: mode_t) -> UInt16 {
        let wanted = mode & 0o777 == 0o777 ? mode & 0o1700 : mode & 0o1777
        return UInt16(truncatingIfNeeded: wanted & ~umask)
    }

    static func rmdir(
        _ request: fuse_req_t,
        _ parent: fuse_ino_t,
        _ name: UnsafePointer<CChar>
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try rmdir(request, parent, try checked(name), in: tree)
        } later: {
            let name = String(cString: name)
            return { (tree) throws(Errno) in try rmdir(request, parent, name, in: tree) }
        }
    }

    private static func rmdir(
        _ request: fuse_req_t,
        _ parent: fuse_ino_t,
        _ name: String,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(parent)
        tree.removedByKernel = inode.knownChild(name)
        defer { tree.removedByKernel = nil }
        try living(inode).remove(name, by: FileSystem.client(of: request))
        if let child = tree.removedByKernel { tree.forgetContents(of: child) }
        inode.detach(name)
        fuse_reply_err(request, 0)
    }

    static func refuse(
        _ request: fuse_req_t?,
        _ parent: fuse_ino_t,
        _ name: UnsafePointer<CChar>?,
        _ operation: RefusedOperation
    ) {
        guard let request, let name else { return }
        FileSystem.answer(request) { (tree) throws(Errno) in
            let source = try living(tree.inode(parent))
            let name = try checked(name)
            throw source.refuse(operation, name: name, by: FileSystem.client(of: request))
        }
    }

    /// Answers with the child of a name, or ENOENT.
    private static func replyEntry(
        _ request: fuse_req_t,
        _ name: String,
        in parent: Inode,
        of tree: FileTree
    ) {
        guard let inode = parent.child(name) else {
            fuse_reply_err(request, Errno.noSuchFileOrDirectory.rawValue)
            return
        }
        var entry = tree.entry(of: inode, in: parent)
        inode.addLookup()
        if fuse_reply_entry(request, &entry) != 0 {
            inode.forget(1)
        }
    }

    /// A name as text.
    ///
    /// - Throws: ENAMETOOLONG, and EINVAL for what is not UTF-8.
    private static func checked(_ name: UnsafePointer<CChar>) throws(Errno) -> String {
        guard strlen(name) <= 255 else {
            throw .fileNameTooLong
        }
        guard let text = String(validatingCString: name) else {
            throw .invalidArgument
        }
        return text
    }

    /// The directory behind a node, or ENOENT when it was removed.
    private static func living(_ inode: Inode) throws(Errno) -> any DirectorySource {
        guard let source = inode.directory, !source.isGone else {
            throw .noSuchFileOrDirectory
        }
        return source
    }
}
