internal import Glibc

/// Files of /proc, read whole.
package enum ProcessFile {
    /// The bytes of a file; nil when it cannot be read. At most `limit` are read.
    static func bytes(_ path: String, limit: Int = 1 << 22) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        while content.count < limit {
            let piece = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
                count = max(read(file, buffer.baseAddress, buffer.count), 0)
            }
            guard !piece.isEmpty else { break }
            content += piece
        }
        return content
    }

    /// The text of a file; nil when it cannot be read.
    package static func text(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }
}
