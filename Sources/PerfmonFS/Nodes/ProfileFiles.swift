import PerfmonEngine
import PerfmonModel
import SystemPackage

/// The files of `smpl/` that profilers read.
enum ProfileFiles {
    static let rows: [FileRow<SamplingNode>] = [
        FileRow(
            "perf.data",
            mode: 0o400,
            format: "binary, as perf record -o - writes it",
            summary: "The stored samples for perf report -i and perf script -i.",
            content: .custom(
                size: { (subject, client) throws(PfmError) in
                    let kernel = try subject.node.kernelMap(for: client)
                    let kind = kernel == nil ? "perf.data" : "perf.data+kernel"
                    return subject.length(of: kind) { subject.perfDataWriter(kernel: kernel) }
                },
                open: { (subject, client, _) throws(PfmError) in
                    let kernel = try subject.node.kernelMap(for: client)
                    return SampleSnapshotHandle(subject) { subject.perfDataWriter(kernel: kernel) }
                }
            ),
            isPresent: { $0.sampling.about.views.contains(.profile) }
        ),
        FileRow(
            "folded",
            mode: 0o400,
            format: "COMM;OUTER;...;INNER COUNT lines",
            summary:
                "The stored samples by call chain, with the functions' names, for flame graphs.",
            content: .custom(
                size: { subject, _ in FoldedFile.size(subject) },
                open: { subject, _, _ in FoldedHandle(subject) }
            ),
            isPresent: { $0.sampling.about.views.contains(.profile) }
        ),
        FileRow(
            "perf.data_pipe",
            mode: 0o400,
            format: "binary, as perf record -o - writes it",
            summary: "Waits for samples and gives them as perf.data, until the thread has ended.",
            content: .custom(open: { (subject, client, _) throws(PfmError) in
                let kernel = try subject.node.kernelMap(for: client)
                return SampleStreamHandle(
                    subject,
                    subject.perfDataWriter(kernel: kernel, follows: true),
                    for: client
                )
            }),
            isPresent: { $0.sampling.about.views.isSuperset(of: [.profile, .stream]) }
        ),
    ]
}

/// What stat(2) says of `folded`.
enum FoldedFile {
    /// More than the text can have: its true size is known only when all names have been looked
    /// up, and some tools read no further than the size.
    static func size(_ subject: SamplingNode) -> UInt64 {
        guard !subject.isGone else { return 0 }
        subject.refresh()
        return 4096 + subject.format.storedCount * 8192
    }
}
