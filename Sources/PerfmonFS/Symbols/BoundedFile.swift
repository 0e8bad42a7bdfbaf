import Glibc

/// Files that are read whole, but never more of them than fits.
enum BoundedFile {
    /// Reads up to `limit` bytes of a file; none when it cannot be read.
    static func bytes(_ path: String, limit: Int) -> [UInt8] {
        guard let file = open(path) else { return [] }
        defer { close(file) }
        return bytes(file, at: 0, count: limit)
    }

    /// Opens a file for reading, without waiting for anybody; nil when it cannot be opened.
    static func open(_ path: String) -> Int32? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        return file < 0 ? nil : file
    }

    /// The text of at most `limit` bytes.
    static func text(_ path: String, limit: Int) -> String {
        String(decoding: bytes(path, limit: limit), as: UTF8.self)
    }

    /// Reads a part of an open file; less where the file ends.
    static func bytes(_ file: Int32, at offset: Int, count: Int) -> [UInt8] {
        guard count > 0, offset >= 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            done = 0
            while done < count {
                let start = buffer.baseAddress.map { $0 + done }
                let got = pread(file, start, count - done, off_t(offset + done))
                guard got > 0 else { break }
                done += got
            }
        }
    }
}
