import CFuse
import CLinux
import Glibc

/// libfuse's helper, which mounts for ordinary users and cleans up behind daemons that die.
package enum Fusermount {
    /// The path of the program; nil when it is not installed.
    package static var program: String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        // libfuse looks where Debian has it first, too.
        let directories = ["/usr/bin", "/bin"] + path.split(separator: ":").map(String.init)
        return directories.map { "\($0)/fusermount3" }.first { access($0, X_OK) == 0 }
    }

    /// Detaches a mount of this user. Returns whether it did.
    package static func detach(_ path: String) -> Bool {
        guard let program else { return false }
        let words = [program, "-u", "-z", "--", path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var child = pid_t()
        guard posix_spawn(&child, program, nil, nil, &arguments, environ) == 0 else {
            return false
        }
        var status: Int32 = -1
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }
}
