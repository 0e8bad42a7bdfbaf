import Glibc
import PerfBackend
package import PerfmonEngine
import PerfmonModel
import SimulatedBackend
import SystemPackage

/// The backends of this program, one row each, the best ones first.
package enum Backends {
    package static let registry = BackendRegistry([PerfBackend.row, msr, SimulatedBackend.row])

    /// Named in `info/backends`, so that nobody looks for it in vain.
    private static let msr = BackendRow(
        name: "msr",
        isAutomatic: false,
        probe: { msrReason },
        make: { (_) throws(PfmError) in
            throw PfmError(
                .noFunction,
                "backend=msr does not work here: \(msrReason)",
                hint: "mount without backend=, which takes perf"
            )
        }
    )

    private static var msrReason: String {
        access("/dev/cpu/0/msr", F_OK) == 0
            ? "this version of pfmfs has no msr backend"
            : "/dev/cpu/0/msr: No such file or directory"
    }
}
