import CLinux
import CFuse
import Glibc
import LinuxSupport

/// Everything that the mount's lock guards: the nodes, and through them the content.
final class FileTree: MountedTree {
    let root: Inode
    let services: MountServices
    let parking: Parking
    /// Files whose pages in the kernel are to be brought up to date.
    let pages = PageQueue()
    /// What to do when a descriptor has something to read. Returns whether there is more to do.
    var watches: [Int32: () -> Bool] = [:]
    /// The directory that the current rmdir(2) removes. The kernel drops its entry by itself.
    var removedByKernel: Inode?
    /// The time of the mount, which every node shows.
    private let startTime: timespec

    init(_ content: MountContent, name: String) {
        content.root.place = Place(path: "", services: content.services)
        root = Inode(root: content.root)
        services = content.services
        parking = Parking(content.services.lookups, name: name)
        for watch in content.watches {
            watches[watch.descriptor] = watch.action
        }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        startTime = now
        services.tree = self
        let requests = parking.requests
        watches[requests.timer.raw] = {
            requests.expire()
            return false
        }
    }

    func inode(_ id: fuse_ino_t) -> Inode {
        Inode.of(id, root: root)
    }

    /// The node at a path, if the kernel knows it.
    func knownInode(at path: [String]) -> Inode? {
        var inode: Inode? = root
        for name in path {
            inode = inode?.knownChild(name)
        }
        return inode
    }

    func entryGone(in parent: [String], name: String) {
        guard let directory = knownInode(at: parent), let child = directory.knownChild(name) else {
            return
        }
        guard child !== removedByKernel else { return }
        directory.detach(name)
        parking.entryGone(RemovedEntry(child, name, in: directory))
        forgetContents(of: child)
    }

    /// Makes the kernel drop what it caches below a removed directory.
    func forgetContents(of directory: Inode) {
        // Nothing can be looked up there any more, so nothing can be added to the cache.
        guard directory.hasKnownChildren else { return }
        parking.forgetContents(of: directory)
    }

    /// Drops the cached modes and owners of a node and of all below it, before the chmod(2) or
    /// chown(2) that changed them returns: the kernel's permission checks use the cached ones.
    ///
    /// This is the one invalidation that is possible inside a handler: it takes no lock that a
    /// request holds.
    func forgetOwnerships(from inode: Inode) {
        guard let session = parking.connection?.pointer else { return }
        var waiting = inode.knownChildren
        while let next = waiting.popLast() {
            fuse_lowlevel_notify_inval_inode(session, next.id, -1, 0)
            waiting += next.knownChildren
        }
    }

    func contentChanged(at path: [String], _ content: any CachedContent) {
        // Another file may have the path by now, after its directory was made anew.
        guard let inode = knownInode(at: path), inode.file?.cachedContent === content else {
            return
        }
        pages.post(PageUpdate(inode: inode, content: content, number: nil))
    }

    func run(_ job: any BackgroundJob) {
        parking.run(job)
    }

    /// How long the kernel may cache entries and attributes, in seconds. They are invalidated when
    /// they change.
    static let cachingTime = 3600.0

    /// The attributes of a node, and how long the kernel may cache them.
    ///
    /// - Parameter size: the file's size, if it is known.
    func attributes(
        of inode: Inode,
        size: UInt64?
    ) -> (attributes: stat, cachingTime: Double) {
        var result = stat()
        var cachingTime = Self.cachingTime
        let ownership: Ownership
        switch inode.source {
        case .directory(let directory):
            ownership = directory.ownership()
            result.st_mode = S_IFDIR
        case .file(let file):
            ownership = file.ownership()
            result.st_mode = S_IFREG
            result.st_size = 4096
            let fixed = file.fixedSize
            if fixed == nil { cachingTime = 0 }
            if let size = size ?? fixed { result.st_size = off_t(clamping: size) }
        }
        result.st_mode |= mode_t(ownership.mode & 0o7777)
        result.st_uid = ownership.uid
        result.st_gid = ownership.gid
        result.st_ino = UInt(inode.number)
        // Directories do not count their sub-directories, as on btrfs: 1 tells find(1) so.
        result.st_nlink = 1
        result.st_blksize = 4096
        result.st_atim = startTime
        result.st_mtim = startTime
        result.st_ctim = startTime
        return (result, cachingTime)
    }

    /// The reply to a look-up that found a child.
    func entry(of inode: Inode, in parent: Inode) -> fuse_entry_param {
        var entry = fuse_entry_param()
        entry.ino = inode.id
        // The size of a listing costs a rendering, and the kernel asks again anyway.
        (entry.attr, entry.attr_timeout) = attributes(of: inode, size: nil)
        let mayCache = parent.directory?.mayCache(inode.name) ?? false
        entry.entry_timeout = mayCache ? Self.cachingTime : 0
        return entry
    }
}
