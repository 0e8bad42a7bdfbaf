import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// What files take from the directory that holds them, without the type of its subject.
final class FileHolder {
    let ownership: () -> Ownership
    let isGone: () -> Bool
    let report: (CommandReport) -> Void
    let fileOwnership: ((String, Ownership) -> Ownership)?
    let setFileOwnership: ((String, Ownership, Ownership) -> Void)?

    init<Owner>(_ table: DirectoryTable<Owner>, of owner: Owner) {
        ownership = { table.ownership(owner) }
        isGone = { table.isGone(owner) }
        report = { table.report(owner, $0) }
        if let changed = table.fileOwnership {
            fileOwnership = { changed(owner, $0, $1) }
        } else {
            fileOwnership = nil
        }
        if let store = table.setFileOwnership {
            setFileOwnership = { store(owner, $0, $1, $2) }
        } else {
            setFileOwnership = nil
        }
    }

    /// The error of files that are still open when their directory was removed.
    static var gone: PfmError {
        PfmError(.removed, "what the file showed was removed")
    }
}
