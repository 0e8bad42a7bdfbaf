internal import Glibc
package import SystemPackage

/// The small text files in which the kernel describes its events, below a root that tests replace.
package struct KernelFiles: Sendable {
    /// What stands before each path; empty on a real system.
    package let root: String

    package init(root: String = "") {
        self.root = root
    }

    /// The whole text of a file, without the white space that ends it.
    ///
    /// - Throws: the errno of the failed open or read.
    package func text(_ path: String) throws(Errno) -> String {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { close(descriptor) }
        // Kernel files have no size worth asking for, and most fit the first read.
        var bytes: [UInt8] = []
        let code = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { chunk in
            while true {
                let got = read(descriptor, chunk.baseAddress, chunk.count)
                guard got > 0 else { return got == 0 ? 0 : errno }
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<got]))
            }
        }
        guard code == 0 else { throw Errno(rawValue: code) }
        while let last = bytes.last, last == 0x0A || last == 0x20 || last == 0 {
            bytes.removeLast()
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Names in a directory, sorted by their bytes, without those that begin with a dot.
    ///
    /// - Throws: the errno of the failed open.
    package func entries(_ path: String) throws(Errno) -> [String] {
        guard let directory = opendir(root + path) else { throw Errno(rawValue: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(
                    to: CChar.self,
                    capacity: MemoryLayout.size(ofValue: tuple.pointee)
                ) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether a path can be reached at all.
    package func exists(_ path: String) -> Bool {
        access(root + path, F_OK) == 0
    }
}
