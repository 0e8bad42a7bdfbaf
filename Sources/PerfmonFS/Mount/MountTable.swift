import CLinux
import Glibc

/// The mounts that this process sees.
enum MountTable {
    /// The type of the mount on top of a directory; nil when nothing is mounted exactly there.
    ///
    /// - Parameter table: a table as /proc/self/mounts has it, oldest mount first.
    static func type(at path: String, in table: String = "/proc/self/mounts") -> String? {
        guard let file = setmntent(table, "re") else { return nil }
        defer { endmntent(file) }
        var type: String?
        while let entry = getmntent(file) {
            guard strcmp(entry.pointee.mnt_dir, path) == 0 else { continue }
            type = String(cString: entry.pointee.mnt_type)
        }
        return type
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
