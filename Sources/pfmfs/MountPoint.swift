import CLinux
import FuseKit
import Glibc
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import PfmfsOptions
import SystemPackage

/// The directory to mount on, after everything that would make the mount fail was looked for, so
/// that the user gets one clear line instead of libfuse's.
struct MountPoint: Sendable {
    /// The directory's absolute path without symbolic links.
    let path: String

    private static let fileSystemType = "fuse.pfmfs"

    /// Checks a directory; detaches what a pfmfs that died left mounted on it.
    ///
    /// Throws what stands against the mount: no such directory, a living pfmfs, no FUSE.
    init(_ given: String) throws(PfmError) {
        if given.hasPrefix("/dev/fd/") {
            throw PfmError(
                .notSupported,
                "\(given): pfmfs has to mount by itself",
                hint: "leave out the mount option drop_privileges"
            )
        }
        // Not stat(2) alone, which the kernel answers from what it remembers of a dead mount.
        var attributes = stat()
        var usage = statvfs()
        while statvfs(given, &usage) != 0 || stat(given, &attributes) != 0 {
            let code = Errno(rawValue: errno)
            guard code == .socketNotConnected else {
                throw PfmError(code, "mountpoint \(given): \(code)")
            }
            try Self.detachDead(given)
        }
        guard attributes.st_mode & S_IFMT == S_IFDIR else {
            throw PfmError(.notDirectory, "mountpoint \(given): not a directory")
        }
        path = try Self.absolute(given)
        if MountTable.type(at: path) == Self.fileSystemType {
            throw PfmError(
                .resourceBusy,
                "mountpoint \(path): a pfmfs is mounted there already",
                hint: "use it, or umount it first"
            )
        }
        try Self.checkDevice()
        try Self.checkHelper()
    }

    /// Whether mounts of this user may be open to others.
    static var mayAllowOthers: Bool {
        geteuid() == 0
            || ((try? KernelFiles().text("/etc/fuse.conf")) ?? "").split(separator: "\n")
                .contains { $0.split(separator: " ").first == "user_allow_other" }
    }

    private static func detachDead(_ given: String) throws(PfmError) {
        // The directory itself cannot be asked for its path any more, but its parent can.
        let trimmed = given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given
        let parts = trimmed.split(separator: "/", omittingEmptySubsequences: false)
        let name = parts.last.map(String.init) ?? ""
        let parent = parts.dropLast().joined(separator: "/")
        let parentPath = parts.count == 1 ? "." : (parent.isEmpty ? "/" : parent)
        let resolved = try absolute(parentPath)
        let path = resolved == "/" ? "/\(name)" : "\(resolved)/\(name)"
        let type = MountTable.type(at: path) ?? "unknown"
        guard type == fileSystemType else {
            throw PfmError(
                .socketNotConnected,
                "mountpoint \(given): a dead mount of type \(type) is in the way",
                hint: "detach it with umount -l"
            )
        }
        guard umount2(path, Int32(MNT_DETACH)) == 0 || Fusermount.detach(path) else {
            throw PfmError(
                .socketNotConnected,
                "mountpoint \(given): a dead pfmfs is in the way and cannot be detached",
                hint: "detach it with umount -l, as the user who mounted it or root"
            )
        }
    }

    private static func absolute(_ path: String) throws(PfmError) -> String {
        guard let resolved = realpath(path, nil) else {
            let code = Errno(rawValue: errno)
            throw PfmError(code, "mountpoint \(path): \(code)")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func checkDevice() throws(PfmError) {
        guard access("/dev/fuse", R_OK | W_OK) != 0 else { return }
        let code = Errno(rawValue: errno)
        throw PfmError(
            code,
            "/dev/fuse: \(code)",
            hint: code == .noSuchFileOrDirectory
                ? "load the kernel module fuse, or give the container the device"
                : "ask for access to the device"
        )
    }

    private static func checkHelper() throws(PfmError) {
        guard Fusermount.program == nil else { return }
        throw PfmError(
            .noSuchFileOrDirectory,
            "fusermount3 was not found",
            hint: "install the package fuse3"
        )
    }
}
