import CFuse
import LinuxSupport

/// The object behind the kernel's file handle of an open file.
final class OpenFile {
    let handle: any FileHandle
    /// The client that opened the file for writing; nil when it is open for reading only.
    let opener: Opener?

    init(_ handle: any FileHandle, opener: Opener?) {
        self.handle = handle
        self.opener = opener
    }

    /// The open file of a file handle.
    @inline(__always)
    static func of(_ info: UnsafeMutablePointer<fuse_file_info>) -> Unmanaged<OpenFile>? {
        UnsafeRawPointer(bitPattern: UInt(info.pointee.fh)).map(Unmanaged<OpenFile>.fromOpaque)
    }

    /// Stores the object in the file handle, which retains it until `leave`.
    func enter(_ info: inout fuse_file_info) {
        info.fh = UInt64(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()))
    }

    /// Ends what `enter` began.
    func leave() {
        handle.release()
        Unmanaged.passUnretained(self).release()
    }
}

/// The object behind the kernel's file handle of an open directory: a snapshot of its entries.
final class OpenDirectory {
    var entries: [(name: String, isDirectory: Bool)] = []

    /// The open directory of a file handle.
    static func of(_ info: UnsafeMutablePointer<fuse_file_info>) -> OpenDirectory? {
        UnsafeRawPointer(bitPattern: UInt(info.pointee.fh)).map {
            Unmanaged<OpenDirectory>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Stores the object in the file handle, which retains it until `leave`.
    func enter(_ info: UnsafeMutablePointer<fuse_file_info>) {
        info.pointee.fh = UInt64(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()))
    }

    /// Ends what `enter` began.
    func leave() {
        Unmanaged.passUnretained(self).release()
    }
}
