import FuseKit
import PerfmonModel
import SystemPackage

/// Why something is refused that no directory of the mount allows.
struct Refusal {
    let kind: CommandReport.Kind
    let error: PfmError

    /// - Parameter name: the name in the directory.
    init(_ operation: RefusedOperation, of name: String) {
        kind = .unsupported
        error =
            switch operation {
            case .unlink:
                PfmError(
                    .notPermitted,
                    "\(name): files come and go with their directory",
                    hint: "use rmdir on the directory",
                    subject: name
                )
            case .rename:
                PfmError(
                    .notPermitted,
                    "\(name): nothing can be renamed",
                    hint: "use rmdir and mkdir",
                    subject: name
                )
            case .link:
                PfmError(.notPermitted, "\(name): links cannot be made", subject: name)
            case .create:
                PfmError(
                    .notPermitted,
                    "\(name): files cannot be made",
                    hint: "check the name; use mkdir for a directory",
                    subject: name
                )
            }
    }

    /// - Parameter path: the path of the node from the root of the mount.
    init(_ change: RefusedChange, of path: String) {
        switch change {
        case .times:
            kind = .unsupported
            error = PfmError(
                .notPermitted,
                "\(path): times cannot be set",
                hint: "write to the file instead of touching it"
            )
        case .setID:
            kind = .changeOwner
            error = PfmError(
                .notPermitted,
                "\(path): there is no set-user-id or set-group-id here"
            )
        }
    }
}
