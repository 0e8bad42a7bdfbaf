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
        var bytes = try ProcessFile.contents(root + path)
        while let last = bytes.last, last == 0x0A || last == 0x20 || last == 0 {
            bytes.removeLast()
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A file that holds one number; nil when it cannot be read or holds something else.
    package func number<Number: FixedWidthInteger>(_ path: String) -> Number? {
        (try? text(path)).flatMap { Number($0) }
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
