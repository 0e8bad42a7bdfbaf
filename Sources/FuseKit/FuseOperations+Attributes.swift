import CLinux
import CFuse
import Glibc
import LinuxSupport
import SystemPackage

extension FuseOperations {
    static func getattr(_ request: fuse_req_t, _ id: fuse_ino_t) {
        FileSystem.answer(request) { (tree) throws(Errno) in
            let inode = tree.inode(id)
            if let content = inode.file?.cachedContent {
                // Every read(2) of the file begins with this question; the pages that the kernel
                // has then answer the rest of it.
                try content.refresh()
                if content.isBehind {
                    return tree.invalidations.post(.attributesAsked(request, inode, content))
                }
            }
            tree.arrivals.add(FileSystem.thread(of: request))
            replyAttributes(request, of: inode, in: tree)
        }
    }

    /// chmod, chown, truncate and utimes in one. The kernel has checked that the caller may, except
    /// for what no caller may.
    static func setattr(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ wanted: stat,
        _ fields: Int32
    ) {
        FileSystem.answer(request) { (tree) throws(Errno) in
            let inode = tree.inode(id)
            let owner = FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID
            let times =
                FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME
                | FUSE_SET_ATTR_ATIME_NOW | FUSE_SET_ATTR_MTIME_NOW
            if fields & owner != 0 {
                let client = FileSystem.client(of: request)
                try setOwnership(of: inode, to: wanted, fields, by: client)
                tree.forgetOwnerships(from: inode)
            } else if fields & FUSE_SET_ATTR_SIZE == 0, fields & times != 0 {
                throw inode.node.refuse(.times, by: FileSystem.client(of: request))
            }
            tree.arrivals.add(FileSystem.thread(of: request))
            replyAttributes(
                request,
                of: inode,
                in: tree,
                isTruncation: fields & FUSE_SET_ATTR_SIZE != 0
            )
        }
    }

    /// Answers from memory: there is no store that could fill up.
    static func statfs(_ request: fuse_req_t) {
        var information = statvfs()
        information.f_bsize = 4096
        information.f_frsize = 4096
        information.f_namemax = 255
        fuse_reply_statfs(request, &information)
    }

    static func replyAttributes(
        _ request: fuse_req_t,
        of inode: Inode,
        in tree: FileTree,
        isTruncation: Bool = false
    ) {
        var (attributes, cachingTime) = tree.attributes(
            of: inode,
            for: FileSystem.client(of: request),
            withSize: true
        )
        if inode.file != nil {
            let thread = FileSystem.thread(of: request)
            let size = Int(attributes.st_size)
            if isTruncation {
                inode.pages.truncate(to: size, by: thread, tree.arrivals.count)
            } else {
                inode.pages.tell(size, to: thread, tree.arrivals.count)
            }
        }
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
