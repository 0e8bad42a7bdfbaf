import CFuse
import Glibc
import LinuxSupport
import SystemPackage

/// The reads of pages of files that are read directly, and what has to come before them
/// (`PageState` says why).
extension FuseOperations {
    /// Answers the read of a page.
    ///
    /// Never waits: a client that waits for a page cannot be interrupted. Where no page is given,
    /// sendfile(2) fails with EINVAL, and a mapped page raises SIGBUS.
    static func readPage(
        _ request: fuse_req_t,
        _ size: Int,
        _ offset: off_t,
        of open: OpenFile,
        in tree: FileTree
    ) {
        let client = FileSystem.client(of: request)
        tree.arrivals.add(client.tid)
        let inode = open.inode
        let hadPage = inode.pages.pageTime != nil
        guard let handle = open.handle as? any TextHandle,
            let length = try? handle.prepare(forReadAt: Int(offset), by: client),
            inode.pages.mayGive(
                length,
                upTo: Int(offset) + size,
                to: client,
                opened: open.opened,
                tree.arrivals
            )
        else {
            fuse_reply_err(request, EINVAL)
            return
        }
        if !hadPage { tree.invalidations.post(.pageGiven(inode)) }
        handle.reply(
            to: ReadRequest(request, offset: Int(offset), size: size, isNonBlocking: true)
        )
    }

    /// Answers an open, at once unless the kernel believes the file to be shorter than a reader may
    /// find it; `size` tells how long that is.
    @inline(__always)
    static func replyOpen(
        _ request: fuse_req_t,
        _ info: UnsafeMutablePointer<fuse_file_info>,
        _ open: OpenFile,
        in tree: FileTree,
        _ size: () -> Int
    ) {
        let inode = open.inode
        inode.pages.open(by: open.pageOpener)
        open.enter(info)
        let size = size()
        if inode.pages.isShorter(than: size) {
            inode.pages.beginRenewal()
            tree.invalidations.post(.opened(request, info.pointee, open, size))
        } else if fuse_reply_open(request, info) != 0 {
            leave(open, in: tree)
        }
    }

    /// Answers a write, at once unless the kernel has pages of the file.
    static func replyWrite(_ request: fuse_req_t, _ taken: Int, _ open: OpenFile, in tree: FileTree)
    {
        let inode = open.inode
        if inode.pages.isOld || inode.pages.isShorter(than: PageState.pageSize), open.isDirect {
            inode.pages.beginRenewal()
            tree.invalidations.post(.written(request, taken, inode, tree.arrivals.count))
        } else {
            fuse_reply_write(request, taken)
        }
    }

    /// Ends an open file.
    static func leave(_ open: OpenFile, in tree: FileTree) {
        tree.arrivals.add(open.pageOpener.thread)
        if open.inode.pages.close(by: open.pageOpener), let session = tree.session {
            // Takes no lock that a request holds. The next look at the file asks for its size.
            fuse_lowlevel_notify_inval_inode(session, open.inode.id, -1, 0)
        }
        open.leave()
    }
}
