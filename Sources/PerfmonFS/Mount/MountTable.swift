import Glibc

/// The mounts that this process sees.
enum MountTable {
    /// One line of /proc/self/mountinfo.
    struct Entry: Equatable {
        let path: String
        let type: String
    }

    /// The mount on top of a directory; nil when nothing is mounted exactly there.
    static func top(at path: String) -> Entry? {
        entries(of: TextFile.read("/proc/self/mountinfo")).last { $0.path == path }
    }

    /// The mounts of a mountinfo text, oldest first.
    static func entries(of text: String) -> [Entry] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 6, let dash = fields.firstIndex(of: "-"),
                dash + 1 < fields.count
            else { return nil }
            return Entry(path: unescaped(fields[4]), type: String(fields[dash + 1]))
        }
    }

    /// Replaces the kernel's `\ooo` by the byte it stands for.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Small files of the system, read whole.
enum TextFile {
    /// The text of a file; empty when it cannot be read.
    static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var content: [UInt8] = []
        while true {
            let piece = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
                count = max(Glibc.read(file, buffer.baseAddress, buffer.count), 0)
            }
            guard !piece.isEmpty else { break }
            content += piece
        }
        return String(decoding: content, as: UTF8.self)
    }
}
