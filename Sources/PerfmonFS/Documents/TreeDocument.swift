/// What documentation says of one directory: the rows of its table without their code.
struct DirectoryDocument {
    /// One file or child directory.
    struct Entry {
        var name: String
        /// Permission bits; nil for directories.
        var mode: UInt16?
        var format: String
        var summary: String
    }

    /// Path from the root of the mount, with capitals for what varies.
    var path: String
    var entries: [Entry]

    init<Subject>(_ path: String, _ table: DirectoryTable<Subject>) {
        self.path = path
        entries = table.files.map {
            Entry(name: $0.name, mode: $0.mode, format: $0.format, summary: $0.summary)
        }
        entries += table.directories.map {
            Entry(name: $0.name + "/", mode: nil, format: "directory", summary: $0.summary)
        }
        entries += table.families.map {
            Entry(
                name: $0.pattern + ($0.isDirectory ? "/" : ""),
                mode: nil,
                format: $0.isDirectory ? "directory" : "file",
                summary: $0.summary
            )
        }
    }
}

/// The documentation of the whole tree, made from the same tables as the tree itself: docs/abi.md
/// and the manual page pfmfs.5.
package enum TreeDocument {
    private static var directories: [DirectoryDocument] {
        [
            DirectoryDocument("", RootDirectory.table),
            DirectoryDocument("contexts/NAME", ContextDirectory.table),
            DirectoryDocument("contexts/NAME/sets/N", SetDirectory.table),
            DirectoryDocument("contexts/NAME/sets/N/pmdN", PmdDirectory.table),
            DirectoryDocument("contexts/NAME/smpl", SamplingDirectory.table),
            DirectoryDocument("formats/NAME", FormatsDirectory.formatTable),
            DirectoryDocument("info", InfoDirectory.table),
            DirectoryDocument("pmu_desc", PmuDescriptionDirectory.table),
            DirectoryDocument("pmu_desc/pmcN, pmu_desc/pmdN", RegisterFiles.table("pmc")),
            DirectoryDocument("cpu/cpuN", CPUStatisticsDirectory.cpuTable),
            DirectoryDocument("events", EventsDirectory.table),
            DirectoryDocument("simulated", SimulatedDirectory.table),
        ]
    }

    /// The tree as a Markdown document.
    static var markdown: String {
        var text = """
            # The files of a mount

            Made from the tables of the program by `scripts/mkabi`; do not edit. The files of the
            root carry perfmon2's names, modes and formats and are stable. All other files are new
            and may still gain keys at the end of a line; a key never changes its meaning.

            """
        for directory in directories {
            text += "\n## `/\(directory.path)`\n\n| file | mode | format | what it is |\n"
            text += "|---|---|---|---|\n"
            for entry in directory.entries {
                let format = entry.format.replacing("|", with: "\\|")
                text += "| `\(entry.name)` | \(octal(entry.mode)) | \(format) "
                text += "| \(entry.summary) |\n"
            }
        }
        return text
    }

    /// The tree as a manual page in man(7) macros.
    static var manual: String {
        var text = """
            .\\" Made from the tables of the program by scripts/mkabi; do not edit.
            .TH PFMFS 5 "" "pfmfs" "File formats"
            .SH NAME
            pfmfs \\- the files of a mounted pfmfs
            .SH DESCRIPTION
            A file is read whole and shows one snapshot. A write is one or more complete lines,
            carried out in order up to the first that fails. Only files whose name ends in
            .I _pipe
            and
            .I msgq
            wait. Why a write failed stands in
            .I last_cmd_status
            of the context and in
            .IR info/error_log .

            """
        for directory in directories {
            let title = directory.path.isEmpty ? "the root" : directory.path
            text += ".SH FILES OF \(title.uppercased() == title ? title : escaped(title))\n"
            for entry in directory.entries {
                text += ".TP\n.B \(escaped(entry.name))\n"
                let mode = entry.mode == nil ? "" : "Mode \(octal(entry.mode)). "
                text += "\(escaped(entry.summary)) \(mode)Format: \(escaped(entry.format)).\n"
            }
        }
        return text + ".SH SEE ALSO\n.BR pfmfs (8)\n"
    }

    /// The document that `--describe markdown` or `--describe manual` asks for; nil when the
    /// arguments ask for something else.
    package static func named(_ arguments: [String]) -> String? {
        switch arguments {
        case ["--describe", "markdown"]: markdown
        case ["--describe", "manual"]: manual
        default: nil
        }
    }

    private static func octal(_ mode: UInt16?) -> String {
        guard let mode else { return "" }
        return "0" + String(mode, radix: 8)
    }

    private static func escaped(_ text: String) -> String {
        let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&" + safe : safe
    }
}
