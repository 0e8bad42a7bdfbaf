import FuseKit
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// `contexts/NAME/smpl/`: the samples of a context, while it has a sampling format.
///
/// What shows addresses is for the owner alone: they tell how a process lies in memory.
enum SamplingDirectory {
    static let table = DirectoryTable<SamplingNode>(
        kind: "smpl",
        files: SamplingReadings.rows + SampleFiles.rows + ProfileFiles.rows,
        ownership: { $0.node.ownership(ofDirectory: "smpl") },
        setOwnership: { $0.node.setOwnership(ofDirectory: "smpl", to: $2) },
        fileOwnership: { subject, name, usual in
            subject.node.ownership(ofFile: "smpl/\(name)", usual: usual)
        },
        setFileOwnership: { subject, name, usual, new in
            subject.node.setOwnership(ofFile: "smpl/\(name)", usual: usual, to: new)
        },
        isGone: { $0.isGone },
        report: { subject, report in subject.node.record(report) }
    )
}

/// The files that show how the sampling goes.
enum SamplingReadings {
    static let rows: [FileRow<SamplingNode>] = [
        number("buf_size", "decimal, bytes", "The size of the buffer as it was asked for.") {
            $0.sampling.arguments["buf_size"]
        },
        FileRow(
            "hdr",
            mode: 0o444,
            format: "NAME VALUE lines",
            summary: "The header of the buffer.",
            content: .value(
                show: { subject, _, text in
                    subject.refresh()
                    for field in subject.format.header {
                        text.append("\(field.key) ")
                        text.append(line: field.value)
                    }
                },
                store: nil
            )
        ),
        number(
            "taken",
            "decimal",
            "Overflows since the load that were recorded."
        ) { $0.sampling.taken },
        number(
            "lost",
            "decimal",
            "Overflows since the load that the kernel had no room for, or nobody saw in time."
        ) { $0.sampling.lost },
        number(
            "dropped_when_masked",
            "decimal",
            "Overflows since the load that came while monitoring was masked or halted."
        ) { $0.sampling.droppedWhenMasked },
        number(
            "throttled",
            "decimal",
            "Times since the load that the kernel slowed the sampling down."
        ) { $0.sampling.throttled },
    ]

    private static func number(
        _ name: String,
        _ format: String,
        _ summary: String,
        _ value: @escaping @Sendable (SamplingNode) -> UInt64
    ) -> FileRow<SamplingNode> {
        FileRow(
            name,
            mode: 0o444,
            format: format,
            summary: summary,
            content: .value(
                show: { subject, _, text in
                    subject.refresh()
                    text.append(line: value(subject))
                },
                store: nil
            )
        )
    }
}

/// The files that hold the samples themselves.
enum SampleFiles {
    private static let lineFormat =
        "time=NS pid=N tid=N cpu=N ip=0xN set=N pmd=N last_reset=N [pmdN=N ...] [eventid=N] lines"

    static let rows: [FileRow<SamplingNode>] = [
        FileRow(
            "entries",
            mode: 0o400,
            format: lineFormat,
            summary: "The stored samples, oldest first.",
            content: .custom(
                size: { subject, _ in
                    guard !subject.isGone else { return 0 }
                    return subject.format.linesLength
                        ?? subject.length(of: "entries") {
                            SampleLinesWriter(format: subject.format)
                        }
                },
                open: { subject, _, _ in
                    SampleSnapshotHandle(subject) { SampleLinesWriter(format: subject.format) }
                }
            )
        ),
        FileRow(
            "samples_pipe",
            mode: 0o400,
            format: lineFormat,
            summary: "Waits for samples; each open sees all of them, and ends when the thread has "
                + "ended or the format goes.",
            content: .custom(open: { subject, client, _ in
                SampleStreamHandle(subject, SampleLinesWriter(format: subject.format), for: client)
            }),
            isPresent: { $0.sampling.about.views.contains(.stream) }
        ),
        FileRow(
            "buffer",
            mode: 0o400,
            format: "binary, as the format lays it out",
            summary: "The sampling buffer itself; can be read anywhere and mapped read-only.",
            content: .mappable(
                size: { UInt64($0.sampling.buffer.size) },
                content: { $0.pages },
                open: { subject, flags throws(PfmError) in
                    try SampleBufferHandle(subject, flags)
                }
            ),
            isPresent: { $0.sampling.buffer.size > 0 }
        ),
    ]
}
