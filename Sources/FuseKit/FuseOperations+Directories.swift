import CLinux
import CFuse
import Glibc
import SystemPackage

extension FuseOperations {
    static func opendir(
        _ request: fuse_req_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        let open = OpenDirectory()
        open.enter(info)
        if fuse_reply_open(request, info) != 0 {
            open.leave()
        }
    }

    static func readdir(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ size: Int,
        _ offset: off_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try readdir(request, id, size, offset, OpenDirectory.of(info), in: tree)
        } later: {
            let open = OpenDirectory.of(info)
            return { (tree) throws(Errno) in
                try readdir(request, id, size, offset, open, in: tree)
            }
        }
    }

    private static func readdir(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ size: Int,
        _ offset: off_t,
        _ open: OpenDirectory?,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(id)
        let entries = try entries(request, inode, offset, open)
        fill(request, size) { buffer in
            var used = 0
            for (index, entry) in entries.enumerated().dropFirst(max(Int(offset), 0)) {
                var attributes = stat()
                attributes.st_mode = entry.isDirectory ? S_IFDIR : S_IFREG
                attributes.st_ino = UInt(inode.number(ofEntry: entry.name))
                let rest = UnsafeMutableBufferPointer(rebasing: buffer[used...])
                let needed = fuse_add_direntry(
                    request,
                    rest.baseAddress,
                    rest.count,
                    entry.name,
                    &attributes,
                    off_t(index + 1)
                )
                guard needed <= rest.count else { break }
                used += needed
            }
            return used
        }
    }

    static func readdirplus(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ size: Int,
        _ offset: off_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        FileSystem.answerOrPark(request) { (tree) throws(Errno) in
            try readdirplus(request, id, size, offset, OpenDirectory.of(info), in: tree)
        } later: {
            let open = OpenDirectory.of(info)
            return { (tree) throws(Errno) in
                try readdirplus(request, id, size, offset, open, in: tree)
            }
        }
    }

    private static func readdirplus(
        _ request: fuse_req_t,
        _ id: fuse_ino_t,
        _ size: Int,
        _ offset: off_t,
        _ open: OpenDirectory?,
        in tree: FileTree
    ) throws(Errno) {
        let inode = tree.inode(id)
        let entries = try entries(request, inode, offset, open)
        var named: [Inode] = []
        let answered = fill(request, size) { buffer in
            var used = 0
            for (index, entry) in entries.enumerated().dropFirst(max(Int(offset), 0)) {
                let isDot = entry.name == "." || entry.name == ".."
                let child = isDot ? nil : inode.child(entry.name)
                // Removed since the directory was listed.
                guard isDot || child != nil else { continue }
                var parameters = fuse_entry_param()
                parameters.attr.st_mode = S_IFDIR
                parameters.attr.st_ino = UInt(inode.number(ofEntry: entry.name))
                if let child {
                    parameters = tree.entry(of: child, in: inode)
                }
                let rest = UnsafeMutableBufferPointer(rebasing: buffer[used...])
                let needed = fuse_add_direntry_plus(
                    request,
                    rest.baseAddress,
                    rest.count,
                    entry.name,
                    &parameters,
                    off_t(index + 1)
                )
                guard needed <= rest.count else { break }
                used += needed
                if let child {
                    child.addLookup()
                    named.append(child)
                }
            }
            return used
        }
        if !answered {
            for child in named {
                child.forget(1)
            }
        }
    }

    static func releasedir(
        _ request: fuse_req_t,
        _ info: UnsafeMutablePointer<fuse_file_info>
    ) {
        OpenDirectory.of(info)?.leave()
        fuse_reply_err(request, 0)
    }

    /// The entries of an open directory. They are listed anew at offset 0; the caller may pass any
    /// offset with lseek(2).
    private static func entries(
        _ request: fuse_req_t,
        _ inode: Inode,
        _ offset: off_t,
        _ open: OpenDirectory?
    ) throws(Errno) -> [(name: String, isDirectory: Bool)] {
        guard let open, let source = inode.directory, !source.isGone else {
            throw .noSuchFileOrDirectory
        }
        if offset == 0 || open.entries.isEmpty {
            let names = try source.list(for: FileSystem.client(of: request))
            open.entries = [(".", true), ("..", true)] + names
        }
        return open.entries
    }

    /// Answers with what `body` puts into a buffer of `size` bytes. Returns whether the kernel took
    /// the answer.
    @discardableResult
    private static func fill(
        _ request: fuse_req_t,
        _ size: Int,
        _ body: (UnsafeMutableBufferPointer<CChar>) -> Int
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
            let used = body(buffer)
            return fuse_reply_buf(request, buffer.baseAddress, used) == 0
        }
    }
}

extension Inode {
    /// The inode number that a directory entry shows.
    fileprivate func number(ofEntry name: String) -> UInt64 {
        switch name {
        case ".": number
        case "..": parent?.number ?? number
        default: number(ofChild: name)
        }
    }
}
