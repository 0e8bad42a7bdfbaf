import CFuse
import LinuxSupport

/// What the kernel's file handle of an open file stands for.
final class OpenFile {
    let handle: any FileHandle
    /// Who opened the file for writing; nil: nobody can write to it.
    let opener: Opener?
    /// The file.
    let inode: Inode
    /// The kernel is to keep no pages of the file.
    let isDirect: Bool
    /// Who opened it.
    let pageOpener: PageOpener
    /// What `FileTree.arrivals` counted then.
    let opened: UInt64

    init(
        _ handle: any FileHandle,
        of inode: Inode,
        opener: Opener?,
        isDirect: Bool,
        pageOpener: PageOpener,
        opened: UInt64
    ) {
        self.handle = handle
        self.inode = inode
        self.opener = opener
        self.isDirect = isDirect
        self.pageOpener = pageOpener
        self.opened = opened
    }

    /// The open file behind a handle that the kernel got from `enter`.
    @inline(__always)
    static func of(_ info: UnsafeMutablePointer<fuse_file_info>) -> Unmanaged<OpenFile>? {
        UnsafeRawPointer(bitPattern: UInt(info.pointee.fh)).map(Unmanaged<OpenFile>.fromOpaque)
    }

    /// Hands the open file to the kernel until `leave`.
    func enter(_ info: UnsafeMutablePointer<fuse_file_info>) {
        info.pointee.fh = UInt64(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()))
    }

    /// Ends what `enter` began.
    func leave() {
        handle.release()
        Unmanaged.passUnretained(self).release()
    }
}

/// What the kernel's file handle of an open directory stands for: one snapshot of its names per
/// pass.
final class OpenDirectory {
    var entries: [(name: String, isDirectory: Bool)] = []

    /// The open directory behind a handle that the kernel got from `enter`.
    static func of(_ info: UnsafeMutablePointer<fuse_file_info>) -> OpenDirectory? {
        UnsafeRawPointer(bitPattern: UInt(info.pointee.fh)).map {
            Unmanaged<OpenDirectory>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Hands the open directory to the kernel until `leave`.
    func enter(_ info: UnsafeMutablePointer<fuse_file_info>) {
        info.pointee.fh = UInt64(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()))
    }

    /// Ends what `enter` began.
    func leave() {
        Unmanaged.passUnretained(self).release()
    }
}
