import CFuse
import LinuxSupport
import PerfmonEngine

/// What the kernel's file handle of an open file stands for.
final class OpenFile {
    let handle: any FileHandle
    /// Who opened the file for writing; nil: nobody can write to it.
    let opener: Opener?
    /// Whether the kernel may keep pages of the file.
    private let hasPages: Bool

    init(_ handle: any FileHandle, opener: Opener?, hasPages: Bool) {
        self.handle = handle
        self.opener = opener
        self.hasPages = hasPages
    }

    /// Whether a read asks for a page of a file that has none.
    ///
    /// Linux 6.5 to 7.0 reads for splice(2), sendfile(2) and copy_file_range(2) through the page
    /// cache even what was opened for direct reads, and every version does for a private mapping.
    /// A page shows one client's text to all others, is as old as it is, ends where the kernel
    /// believes the file to end, and a fault that waits for it cannot be interrupted. EINVAL makes
    /// the callers of sendfile(2) go on with read(2), and a mapped page raise SIGBUS. Only read(2)
    /// and its kind name the owner of locks.
    @inline(__always)
    func refuses(_ info: fuse_file_info) -> Bool {
        info.lock_owner == 0 && !hasPages
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
