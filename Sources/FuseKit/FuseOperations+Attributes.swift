import CLinux
import CFuse
import Glibc
import LinuxSupport
import SystemPackage

extension FuseOperations {
    static func getattr(_ request: fuse_req_t, _ id: fuse_ino_t) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try getattr(request, id, in: tree)
        } later: {
            { (tree) throws(Errno) in try getattr(request, id, in: tree) }
        }
    }

    private static func getattr(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(id)
        if let content = inode.file?.cachedContent {
            // The kernel asks for the attributes before each read(2) of such a file, and then takes
            // the data from its pages.
            try content.refresh()
            if content.isBehind {
                return updatePages(request, of: inode, content, in: tree)
            }
        }
        let size = try inode.file?.size(for: FileSystem.client(of: request))
        replyAttributes(request, of: inode, size: size, in: tree)
    }

    /// How long a reply waits for the kernel to store pages, in nanoseconds.
    private static let patience: UInt64 = 1_000_000_000

    private static func updatePages(
        _ request: fuse_req_t,
        of inode: Inode,
        _ content: any CachedContent,
        in tree: FileTree
    ) {
        let number = tree.parking.requests.park(for: patience) { [unowned tree] _ in
            let size = try? inode.file?.size(for: FileSystem.client(of: request))
            replyAttributes(request, of: inode, size: size, in: tree)
        }
        tree.pages.post(PageUpdate(inode: inode, content: content, number: number))
    }

    /// chmod, chown, truncate and utimes in one. The kernel has checked that the caller may, except
    /// for what no caller may.
    static func setattr(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ wanted: stat,
        _ fields: Int32
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try setattr(request, id, wanted, fields, in: tree)
        } later: {
            { (tree) throws(Errno) in try setattr(request, id, wanted, fields, in: tree) }
        }
    }

    private static func setattr(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ wanted: stat,
        _ fields: Int32,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(id)
        let client = FileSystem.client(of: request)
        // Needed for the reply. It may need a lookup, which must come before any effect.
        let size = try inode.file?.size(for: client)
        let owner = FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID
        let times =
            FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME
            | FUSE_SET_ATTR_ATIME_NOW | FUSE_SET_ATTR_MTIME_NOW
        if fields & owner != 0 {
            try setOwnership(of: inode, to: wanted, fields, by: client)
            tree.forgetOwnerships(from: inode)
        } else if fields & FUSE_SET_ATTR_SIZE == 0, fields & times != 0 {
            throw inode.node.refuse(.times, by: client)
        }
        replyAttributes(request, of: inode, size: size, in: tree)
    }

    /// Answers from memory: there is no store that could fill up.
    static func statfs(_ request: fuse_req_t) {
        var information = statvfs()
        information.f_bsize = 4096
        information.f_frsize = 4096
        information.f_namemax = 255
        fuse_reply_statfs(request, &information)
    }

    private static func replyAttributes(
        _ request: fuse_req_t,
        of inode: Inode,
        size: UInt64?,
        in tree: FileTree
    ) {
        var (attributes, cachingTime) = tree.attributes(of: inode, size: size)
        fuse_reply_attr(request, &attributes, cachingTime)
    }

    private static func setOwnership(
        of inode: Inode,
        to wanted: stat,
        _ fields: Int32,
        by client: Client
    ) throws(Errno) {
        let node = inode.node
        var ownership = node.ownership()
        if fields & FUSE_SET_ATTR_MODE != 0 {
            guard wanted.st_mode & (S_ISUID | S_ISGID) == 0 else {
                throw node.refuse(.setID, by: client)
            }
            ownership.mode = UInt16(truncatingIfNeeded: wanted.st_mode & 0o1777)
        }
        if fields & FUSE_SET_ATTR_UID != 0 {
            ownership.uid = wanted.st_uid
        }
        if fields & FUSE_SET_ATTR_GID != 0 {
            ownership.gid = wanted.st_gid
        }
        try node.setOwnership(ownership, by: client)
    }
}
