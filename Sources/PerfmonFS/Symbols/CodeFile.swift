import CLinux
import Glibc
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport

/// A file whose code a process maps.
struct CodeFile: Hashable {
    let path: String
    let inode: UInt64
    let major: UInt32
    let minor: UInt32
    /// What identifies its content; empty when nobody knows.
    let buildID: [UInt8]

    init(_ code: MappedCode) {
        path = code.path
        inode = code.inode
        major = code.major
        minor = code.minor
        buildID = code.buildID
    }

    /// Whether there is a file at all, not memory of the process or code of the kernel.
    var isFile: Bool {
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.hasSuffix(" (deleted)")
    }

    /// The last part of the path, in brackets as it is shown for want of a better name.
    var bracketed: String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.hasPrefix("[") ? name : "[\(name)]"
    }

    /// Whether it is the code that the kernel lends to every process, as this process has it too.
    func isVdso(at address: UInt64) -> Bool {
        // That of 32-bit processes is another one.
        path == "[vdso]" && address >> 32 != 0
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
