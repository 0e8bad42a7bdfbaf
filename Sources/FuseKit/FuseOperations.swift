import CFuse
import Synchronization

/// libfuse's callbacks: unwrap what C hands over and call the function of the same name.
///
/// flush, getxattr, listxattr and access are left out on purpose: the kernel asks once, learns that
/// they are not implemented, and saves a request per close or attribute check from then on.
enum FuseOperations {
    static func table() -> fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        table.`init` = { FuseOperations.start($0, $1) }
        addNames(to: &table)
        addRefusals(to: &table)
        addAttributes(to: &table)
        addFiles(to: &table)
        addDirectories(to: &table)
        return table
    }

    private static func start(
        _ fileSystem: UnsafeMutableRawPointer?,
        _ connection: UnsafeMutablePointer<fuse_conn_info>?
    ) {
        guard let fileSystem, let connection else { return }
        // libfuse ends the session when this is not what the mount was told.
        connection.pointee.max_read = Unmanaged<FileSystem>.fromOpaque(fileSystem)
            .takeUnretainedValue().maximumRead.load(ordering: .relaxed)
        connection.pointee.time_gran = 1
        // Makes the kernel ask for the attributes of a file of which it keeps pages before each
        // read(2): the moment to bring the pages up to date.
        connection.pointee.want |= connection.pointee.capable & UInt32(FUSE_CAP_AUTO_INVAL_DATA)
        // A client that does not wait for its write could be another program, with other rights,
        // by the time they are looked at.
        connection.pointee.want &= ~UInt32(FUSE_CAP_ASYNC_DIO)
        // The mode that mkdir(2) asked for, without the umask, decides about access for others.
        connection.pointee.want |= UInt32(FUSE_CAP_DONT_MASK) & connection.pointee.capable
    }

    private static func addNames(to table: inout fuse_lowlevel_ops) {
        table.lookup = { request, parent, name in
            guard let request, let name else { return }
            FuseOperations.lookup(request, parent, name)
        }
        table.forget = { request, id, count in
            guard let request else { return }
            FuseOperations.forget(request, id, count)
        }
        table.forget_multi = { request, count, list in
            guard let request, let list else { return }
            FuseOperations.forget(request, UnsafeBufferPointer(start: list, count: count))
        }
        table.mkdir = { request, parent, name, mode in
            guard let request, let name else { return }
            FuseOperations.mkdir(request, parent, name, mode)
        }
        table.rmdir = { request, parent, name in
            guard let request, let name else { return }
            FuseOperations.rmdir(request, parent, name)
        }
    }

    private static func addRefusals(to table: inout fuse_lowlevel_ops) {
        table.unlink = { request, parent, name in
            FuseOperations.refuse(request, parent, name, .unlink)
        }
        table.rename = { request, parent, name, _, _, _ in
            FuseOperations.refuse(request, parent, name, .rename)
        }
        table.link = { request, _, parent, name in
            FuseOperations.refuse(request, parent, name, .link)
        }
        table.symlink = { request, _, parent, name in
            FuseOperations.refuse(request, parent, name, .link)
        }
        table.mknod = { request, parent, name, _, _ in
            FuseOperations.refuse(request, parent, name, .create)
        }
        table.create = { request, parent, name, _, _ in
            FuseOperations.refuse(request, parent, name, .create)
        }
    }

    private static func addAttributes(to table: inout fuse_lowlevel_ops) {
        table.getattr = { request, id, _ in
            guard let request else { return }
            FuseOperations.getattr(request, id)
        }
        table.setattr = { request, id, attributes, wanted, _ in
            guard let request, let attributes else { return }
            FuseOperations.setattr(request, id, attributes.pointee, wanted)
        }
        table.statfs = { request, _ in
            guard let request else { return }
            FuseOperations.statfs(request)
        }
    }

    private static func addFiles(to table: inout fuse_lowlevel_ops) {
        table.open = { request, id, info in
            guard let request, let info else { return }
            FuseOperations.open(request, id, info)
        }
        table.read = { request, _, size, offset, info in
            guard let request, let info else { return }
            FuseOperations.read(request, size, offset, info)
        }
        table.write = { request, _, data, size, _, info in
            guard let request, let info else { return }
            FuseOperations.write(request, UnsafeRawBufferPointer(start: data, count: size), info)
        }
        table.poll = { request, _, info, handle in
            guard let request, let info else { return }
            FuseOperations.poll(request, info, handle)
        }
        table.ioctl = { request, _, _, _, _, _, _, _, _ in
            guard let request else { return }
            FuseOperations.ioctl(request)
        }
        table.release = { request, id, info in
            guard let request, let info else { return }
            FuseOperations.release(request, id, info)
        }
    }

    private static func addDirectories(to table: inout fuse_lowlevel_ops) {
        table.opendir = { request, _, info in
            guard let request, let info else { return }
            FuseOperations.opendir(request, info)
        }
        table.readdir = { request, id, size, offset, info in
            guard let request, let info else { return }
            FuseOperations.readdir(request, id, size, offset, info)
        }
        table.readdirplus = { request, id, size, offset, info in
            guard let request, let info else { return }
            FuseOperations.readdirplus(request, id, size, offset, info)
        }
        table.releasedir = { request, _, info in
            guard let request, let info else { return }
            FuseOperations.releasedir(request, info)
        }
    }
}
