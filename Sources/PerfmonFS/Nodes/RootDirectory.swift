public import PerfmonEngine

/// What the root of the mount stands for.
final class MountRoot {}

extension MountContent {
    /// Makes what a mount with these options serves. Called once, before the process goes to the
    /// background and before it has threads.
    public static func make(for options: MountOptions) throws(PfmError) -> sending MountContent {
        MountContent(root: TableDirectory(RootDirectory.table, of: MountRoot()))
    }
}

/// The root of the mount.
enum RootDirectory {
    static let table = DirectoryTable<MountRoot>(
        kind: "root",
        files: [
            FileRow(
                "version",
                mode: 0o444,
                format: "2.5",
                summary: "Version of the perfmon2 interface.",
                content: .value(
                    show: { (_, _, text) throws(PfmError) in text.append("2.5\n") },
                    store: nil
                )
            )
        ],
        ownership: { _ in Ownership(mode: 0o755, uid: 0, gid: 0) },
        report: { _, _ in }
    )
}
