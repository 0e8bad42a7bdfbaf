internal import Glibc
internal import SystemPackage

/// The one reader of the kernel's small files, in /proc, /sys and elsewhere.
package enum ProcessFile {
    /// The bytes of a file; nil when it cannot be read. At most `limit` are read.
    package static func bytes(_ path: String, limit: Int = 1 << 22) -> [UInt8]? {
        try? contents(path, limit: limit)
    }

    /// The text of a file; nil when it cannot be read.
    package static func text(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a file, or the first of them up to a limit.
    ///
    /// - Throws: the errno of the failed open or read.
    static func contents(_ path: String, limit: Int = 1 << 22) throws(Errno) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Errno(rawValue: errno) }
        defer { close(file) }
        // Kernel files have no size worth asking for, and most fit the first read.
        var content: [UInt8] = []
        let code = withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { piece in
            while content.count < limit {
                let got = read(file, piece.baseAddress, piece.count)
                guard got > 0 else { return got == 0 ? 0 : errno }
                content.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[..<got]))
            }
            return 0
        }
        guard code == 0 else { throw Errno(rawValue: code) }
        if content.count > limit { content.removeLast(content.count - limit) }
        return content
    }
}
