import CFuse
import CLinux
@testable import FuseKit
import Glibc
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import TestSupport

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
            serving: FileSystem(content),
            name: "pfmfs",
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
        let words = shell.split(separator: " ").map(String.init)
        let child = try Child(
            ["env", "-C", path, "timeout", "20"] + words + ["-c", command],
            mergesErrors: true,
            waits: false
        )
        let text = child.rest()
        return Outcome(text: text, status: child.wait())
    }
}
