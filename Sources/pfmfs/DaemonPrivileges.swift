import CPrivilege
import FuseKit
import Glibc
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport
import SystemPackage

/// Gives up what the daemon does not need once it is mounted.
enum DaemonPrivileges {
    /// Keeps what every daemon and its backend need, for good, and refuses itself the system calls
    /// by which a daemon that was taken over could harm most. The keeper stays behind with the rest.
    ///
    /// To be called in the background, before the process has threads.
    static func keepOnly(for row: BackendRow) throws(PfmError) {
        do {
            try PrivilegeKeeper.shared.start(unmounter: Fusermount.program)
        } catch {
            throw PfmError(error, "the process that keeps pfmfs's privileges cannot be started")
        }
        // Overflows are handled before ordinary work; this limit allows it without a capability.
        clinux_allow_realtime(1)
        let privileges = Privilege.ofEveryDaemon + row.privileges
        let kept = privileges.reduce(UInt64(0)) { $0 | 1 << UInt64($1.capability) }
        guard clinux_keep_capabilities(kept) == 0 else {
            throw PfmError(Errno(rawValue: errno), "pfmfs cannot give its capabilities up")
        }
        // A kernel without filters, or a processor without a list, is no reason not to run:
        // info/limits shows which protection there is.
        var allowed: UInt32 = 0
        if row.systemCalls.contains(.events) { allowed |= UInt32(CLINUX_MAY_OPEN_EVENTS) }
        if row.systemCalls.contains(.traces) { allowed |= UInt32(CLINUX_MAY_TRACE) }
        _ = clinux_refuse_calls(allowed)
    }
}
