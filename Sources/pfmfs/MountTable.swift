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
