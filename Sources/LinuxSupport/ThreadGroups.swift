import Glibc

/// The supplementary groups of another thread, as /proc shows them.
enum ThreadGroups {
    /// Groups of a living thread; none when it is gone or cannot be looked at.
    static func ofThread(_ tid: Int32) -> [UInt32] {
        guard tid > 0 else { return [] }
        let file = open("/proc/\(tid)/status", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return parse(readAll(file))
    }

    /// The numbers of the line `Groups:`.
    static func parse(_ status: [UInt8]) -> [UInt32] {
        let lines = status.split(separator: UInt8(ascii: "\n"))
        let label = Array("Groups:".utf8)
        guard let line = lines.first(where: { $0.starts(with: label) }) else { return [] }
        return line.dropFirst(label.count)
            .split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            .compactMap { UInt32(String(decoding: $0, as: UTF8.self)) }
    }

    private static func readAll(_ file: Int32) -> [UInt8] {
        var content: [UInt8] = []
        // 65,536 groups of ten digits are the most that Linux allows a thread.
        let limit = 1 << 20
        while content.count < limit {
            let piece = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
                count = max(read(file, buffer.baseAddress, buffer.count), 0)
            }
            guard !piece.isEmpty else { break }
            content += piece
        }
        return content
    }
}
