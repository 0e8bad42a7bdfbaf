import CLinux
import Glibc
import PerfmonEngine

/// A file whose code a process maps.
struct CodeFile: Hashable {
    let path: String
    let inode: UInt64
    let major: UInt32
    let minor: UInt32

    init(_ code: MappedCode) {
        path = code.path
        inode = code.inode
        major = code.major
        minor = code.minor
    }

    /// Whether there is a file at all, not memory of the process or code of the kernel.
    var isFile: Bool {
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.hasSuffix(" (deleted)")
    }

    /// The last part of the path.
    var name: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// Opens the file for a client, as a process with this id saw it; nil when it is another one
    /// by now, or the client may not read it.
    func open(asSeenBy pid: Int32, with files: ClientFiles) -> Int32? {
        guard isFile else { return nil }
        for candidate in ["/proc/\(pid)/root\(path)", path] {
            guard let file = files.open(candidate) else { continue }
            var found = clinux_file()
            if clinux_fstat(file, &found) == 0, isThis(found) {
                return file
            }
            close(file)
        }
        return nil
    }

    private func isThis(_ found: clinux_file) -> Bool {
        // Layered file systems show other devices in maps than in stat, but the same inode.
        found.is_regular != 0 && (inode == 0 || found.inode == inode)
    }
}
