import FuseKit
import PerfmonEngine

/// The root of the mount: perfmon2's own files, and ours in directories of their own.
package enum RootDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "root",
        files: ControlFiles.rows + [readme, CloneFile.row],
        directories: [
            DirectoryRow(
                "formats",
                summary: "The sampling formats, one directory each.",
                open: { TableDirectory(FormatsDirectory.table, of: $0) }
            ),
            DirectoryRow(
                "pmu_desc",
                summary: "The registers of the logical PMU.",
                open: { TableDirectory(PmuDescriptionDirectory.table, of: $0) }
            ),
            DirectoryRow(
                "cpu",
                summary: "Statistics of each CPU.",
                open: { TableDirectory(CPUStatisticsDirectory.table, of: $0) }
            ),
            DirectoryRow(
                "contexts",
                summary: "The monitoring contexts; mkdir makes one, rmdir removes it.",
                open: { TableDirectory(ContextsDirectory.table, of: $0) }
            ),
            DirectoryRow(
                "events",
                summary: "Every event that can be counted, by PMU.",
                open: { TableDirectory(EventsDirectory.table, of: $0) }
            ),
            DirectoryRow(
                "info",
                summary: "What pfmfs is, what it can do here, and what was refused.",
                open: { TableDirectory(InfoDirectory.table, of: $0) }
            ),
            DirectoryRow(
                "simulated",
                summary: "The clock of the simulated PMU (with backend=simulated).",
                isPresent: { $0.engine.backend.manualControls != nil },
                open: { TableDirectory(SimulatedDirectory.table, of: $0) }
            ),
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        fileOwnership: { mount, name, usual in
            guard name == CloneFile.row.name else { return usual }
            var ownership = usual
            ownership.mode = mount.options.cloneMode
            return ownership
        },
        report: { $0.record($1) }
    )

    private static let readme = FileRow<PerfmonMount>(
        "README",
        mode: 0o444,
        format: "text",
        summary: "A first session, then one line for each file.",
        content: .listing(show: { mount, _, text in Readme.show(in: &text) })
    )
}
