import CFuse
import CLinux
@testable import FuseKit
import Glibc
import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage

/// A tree mounted for real on a directory of its own, until it is dropped.
final class MountedTree {
    let path: String
    private let session: FuseSession
    private let thread: SystemThread

    /// Why no tree can be mounted here; nil when one can.
    static let obstacle: String? = {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { return "/dev/fuse cannot be opened" }
        guard Fusermount.program != nil else { return "fusermount3 is not installed" }
        return nil
    }()

    init(_ content: sending MountContent) throws {
        FuseLog.shared.attach()
        var template = Array("/tmp/pfmfs-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        session = try FuseSession(
            serving: FileSystem(content, name: "pfmfs"),
            options: ["fsname=pfmfs", "subtype=pfmfs", "auto_unmount", "default_permissions"]
                + (geteuid() == 0 ? ["allow_other"] : [])
        )
        try session.mount(at: path)
        let session = session
        thread = SystemThread("test-mount") {
            do {
                try session.run()
            } catch {
                fatalError("the mount cannot run: \(error)")
            }
        }
    }

    deinit {
        if umount2(path, Int32(MNT_DETACH)) != 0 {
            _ = Fusermount.detach(path)
        }
        thread.join()
        session.unmount()
        Glibc.rmdir(path)
    }

    /// What a shell printed on both of its outputs, and its status.
    struct Outcome: Equatable {
        let text: String
        let status: Int32
    }

    /// Runs a command in the mounted directory.
    func run(_ command: String, in shell: String = "bash") throws -> Outcome {
        var template = Array("/tmp/pfmfs-output-XXXXXX".utf8CString)
        let output = mkstemp(&template)
        guard output >= 0 else { throw Errno(rawValue: errno) }
        defer {
            unlink(template)
            close(output)
        }
        let words = shell.split(separator: " ").map(String.init)
        let child = try spawn(
            ["env", "-C", path, "timeout", "20"] + words + ["-c", command],
            output: output
        )
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        lseek(output, 0, SEEK_SET)
        let text = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = max(read(output, buffer.baseAddress, buffer.count), 0)
        }
        return Outcome(text: String(decoding: text, as: UTF8.self), status: status >> 8 & 0xff)
    }

    /// Starts a program with no signal blocked, which the test's own threads would pass on.
    private func spawn(_ words: [String], output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var child = pid_t()
        let failure = posix_spawnp(
            &child,
            words[0],
            &actions,
            &attributes,
            &arguments,
            environ
        )
        guard failure == 0 else { throw Errno(rawValue: failure) }
        return child
    }
}
