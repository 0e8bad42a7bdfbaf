import CFuse
import LinuxSupport

/// What the kernel's file handle of an open file stands for.
final class OpenFile {
    let handle: any FileHandle
    /// Who opened the file for writing; nil: nobody can write to it.
    let opener: Opener?

    init(_ handle: any FileHandle, opener: Opener?) {
        self.handle = handle
        self.opener = opener
    }

    /// The open file behind a handle that the kernel got from `enter`.
    @inline(__always)
    static func of(_ info: UnsafeMutablePointer<fuse_file_info>) -> Unmanaged<OpenFile>? {
        UnsafeRawPointer(bitPattern: UInt(info.pointee.fh)).map(Unmanaged<OpenFile>.fromOpaque)
    }

    /// Hands the open file to the kernel until `leave`.
    func enter(_ info: inout fuse_file_info) {
        info.fh = UInt64(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()))
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
