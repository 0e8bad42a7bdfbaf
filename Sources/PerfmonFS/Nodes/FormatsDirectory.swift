import FuseKit
import PerfmonEngine

/// `formats/`: the sampling formats that a context can choose.
enum FormatsDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "formats",
        families: [
            ChildFamily(
                "NAME",
                summary: "A sampling format.",
                isDirectory: true,
                names: { mount, _ in mount.engine.options.formats.descriptions.map(\.name) },
                find: { mount, name in
                    mount.engine.options.formats.description(of: name).map {
                        .directory(
                            TableDirectory(formatTable, of: Subject(mount: mount, format: $0))
                        )
                    }
                }
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )

    /// One format, and whose mount it is shown in.
    struct Subject {
        let mount: PerfmonMount
        let format: FormatDescription
    }

    static let formatTable = DirectoryTable<Subject>(
        kind: "formats/NAME",
        files: [
            FileRow(
                "version",
                mode: 0o444,
                format: "MAJOR.MINOR",
                summary: "The version of the format.",
                content: .value(
                    show: { subject, _, text in
                        text.append(line: "\(subject.format.major).\(subject.format.minor)")
                    },
                    store: nil
                )
            ),
            FileRow(
                "description",
                mode: 0o444,
                format: "a sentence",
                summary: "What the format does.",
                content: .value(
                    show: { subject, _, text in text.append(line: subject.format.summary) },
                    store: nil
                )
            ),
            FileRow(
                "arguments",
                mode: 0o444,
                format: "NAME=KIND default=VALUE SENTENCE lines",
                summary: "What may follow the format's name in smpl_fmt.",
                content: .value(
                    show: { subject, _, text in showArguments(subject.format, &text) },
                    store: nil
                )
            ),
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.mount.history.record($1) }
    )

    private static func showArguments(_ format: FormatDescription, _ text: inout TextBuffer) {
        for argument in format.arguments {
            text.append("\(argument.name)=\(argument.kind == .size ? "BYTES" : "NUMBER") default=")
            text.append(argument.defaultValue.map(String.init) ?? "none")
            text.append(line: " \(argument.summary)")
        }
    }
}
