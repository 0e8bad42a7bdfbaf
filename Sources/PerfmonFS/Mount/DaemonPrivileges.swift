import CPrivilege
import Glibc
package import LinuxSupport
import PerfmonEngine
package import PerfmonModel
internal import PrivilegeSupport
internal import SystemPackage

/// Gives up what the daemon does not need once it is mounted.
package enum DaemonPrivileges {
    /// Keeps these privileges only, for good, and refuses itself the system calls by which a daemon
    /// that was taken over could harm most. The keeper stays behind with the rest.
    ///
    /// To be called in the background, before the process has threads.
    package static func keepOnly(_ privileges: [Privilege]) throws(PfmError) {
        do {
            try PrivilegeKeeper.shared.start(unmounter: Fusermount.program)
        } catch {
            throw PfmError(error, "the process that keeps pfmfs's privileges cannot be started")
        }
        // Overflows are handled before ordinary work; this limit allows it without a capability.
        clinux_allow_realtime(1)
        let kept = privileges.reduce(UInt64(0)) { $0 | 1 << UInt64($1.capability) }
        guard clinux_keep_capabilities(kept) == 0 else {
            throw PfmError(Errno(rawValue: errno), "pfmfs cannot give its capabilities up")
        }
        // A kernel without filters, or a processor without a list, is no reason not to run:
        // info/limits shows which protection there is.
        _ = clinux_refuse_calls(0)
    }

    /// Lines for `info/limits`: what the kernel says that this process may still do, and why.
    static func show(_ privileges: [Privilege], in text: inout TextBuffer) {
        let status = TextFile.read("/proc/thread-self/status").split(separator: "\n")
        func field(_ name: String) -> Substring? {
            status.first { $0.hasPrefix("\(name):") }?
                .drop { $0 != "\t" }.dropFirst()
        }
        let effective = field("CapEff").flatMap { UInt64($0, radix: 16) } ?? 0
        var rest = effective
        for privilege in privileges where effective >> UInt64(privilege.capability) & 1 != 0 {
            rest &= ~(1 << UInt64(privilege.capability))
            text.append(line: "privilege \(privilege.name) for=\"\(privilege.purpose)\"")
        }
        if rest != 0 {
            text.append("privilege others=")
            text.append(hex: rest)
            text.append(line: " for=\"nothing: pfmfs was mounted with keep_privileges\"")
        }
        text.append(line: "privilege no_new_privs=\(field("NoNewPrivs") ?? "unknown")")
        text.append(line: "privilege seccomp=\(field("Seccomp") ?? "unknown")")
    }
}
